import * as vscode from 'vscode';
import { commandIds } from '../command-ids';
import { Disposable } from '../shared/disposable';
import { onOneLine } from './error-text';
import type { KnownRun } from './run-description';
import type { RunOutputs } from './run-output';
import type { RunRegistry } from './run-registry';

const longestReason = 400;

/** Tells the person when a followed run fails: once for each failure. */
export class FailureNotices extends Disposable {
  private readonly told = new Set<string>();

  constructor(
    registry: RunRegistry,
    private readonly outputs: RunOutputs,
  ) {
    super();
    this.register(registry.onDidEnd((run) => void this.tell(run)));
  }

  private async tell({ summary, label }: KnownRun): Promise<void> {
    const { state, folder, reason = 'no reason is known', updatedAt } = summary;
    const failure = `${folder} ${updatedAt}`;
    if (state !== 'failed' || this.told.has(failure)) return;
    this.told.add(failure);
    const resume = 'Resume';
    const showLog = 'Show Log';
    const text = onOneLine(reason).slice(0, longestReason);
    const choice = await vscode.window.showErrorMessage(`${label} failed: ${text}`, resume, showLog);
    if (choice === resume) await vscode.commands.executeCommand(commandIds.resumeRun, [folder]);
    if (choice === showLog) this.outputs.show(folder, label);
  }
}
