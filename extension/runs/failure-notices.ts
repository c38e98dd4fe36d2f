import * as vscode from 'vscode';
import { commandIds } from '../shared/command-ids';
import { Disposable } from '../shared/disposable';
import { offer } from '../shared/offer';
import { failureCause, type KnownRun, runContextValue } from './run-description';
import type { RunOutputs } from './run-output';
import type { RunRegistry } from './run-registry';

const maxCauseLength = 400;

/** Tells the person when a followed run fails, once for each failure, and offers to go on with it; or when it is lost. */
export class FailureNotices extends Disposable {
  private readonly told = new Set<string>();
  /** Folders of the runs whose notices are there to be read. */
  private readonly open = new Set<string>();

  constructor(
    private readonly registry: RunRegistry,
    private readonly outputs: RunOutputs,
  ) {
    super();
    this.register(registry.onDidEnd((run) => void this.tell(run)));
    this.register(registry.onDidLose(tellLost));
    this.register(registry.onDidChange(() => this.hideOutdated()));
  }

  private async tell(run: KnownRun): Promise<void> {
    const { label } = run;
    const { state, folder, reason = 'no reason is known', updatedAt } = run.summary;
    const failure = `${folder} ${updatedAt}`;
    if (state !== 'failed' || this.told.has(failure)) return;
    this.told.add(failure);
    this.open.add(folder);
    const resume = async () => {
      this.open.delete(folder);
      if (this.isActive(folder)) void vscode.window.showInformationMessage(`${label} is already running again.`);
      else await vscode.commands.executeCommand(commandIds.resumeRun, [folder]);
    };
    await offer('error', `${label} failed: ${failureCause(reason).slice(0, maxCauseLength)}`, {
      ...(runContextValue(run) === 'run.resumable' && { Resume: resume }),
      'Show Log': () => this.outputs.show(folder, label),
    });
    this.open.delete(folder);
  }

  /**
   * VS Code lets nobody take back a message of theirs; messages can only be put away, all that are on the screen (the bell has
   * them still). A progress notice goes away with its work, but has no buttons besides Cancel, and a moving bar: for a run that failed, both
   * would mislead.
   */
  private hideOutdated(): void {
    const outdated = [...this.open].filter((folder) => this.isActive(folder));
    for (const folder of outdated) this.open.delete(folder);
    if (outdated.length > 0) void vscode.commands.executeCommand('notifications.hideToasts');
  }

  private isActive(folder: string): boolean {
    return this.registry.runs.some(({ summary, isActive }) => isActive && summary.folder === folder);
  }
}

/** Its trainer may live on for a while, without a place to write to. */
function tellLost({ label }: KnownRun): void {
  const message = `The folder of ${label} was deleted or renamed while it was in training. Its trainer stops when it next writes a file there.`;
  void vscode.window.showWarningMessage(message);
}
