import * as vscode from 'vscode';
import type { MixpropCli } from '../process/mixprop-cli';
import { failureReason } from '../process/mixprop-command';
import { commandIds } from '../shared/command-ids';
import { withNotification } from '../shared/notification-progress';
import { offer } from '../shared/offer';
import { type Installed, parseInstallMessage } from './install-messages';
import { InstallProgress } from './install-progress';
import { parseRuntimeList, type RuntimeChoice, runtimeChoices } from './runtime-choices';

const title = 'Install TensorFlow Runtime';

interface RuntimeItem extends vscode.QuickPickItem {
  choice: RuntimeChoice;
}

type Action = 'Install' | 'Install Anew' | 'Remove';

const icons: Record<RuntimeChoice['state'], vscode.ThemeIcon> = {
  absent: new vscode.ThemeIcon('cloud-download'),
  sound: new vscode.ThemeIcon('check'),
  damaged: new vscode.ThemeIcon('warning'),
};

/** Installs and removes the native TensorFlow runtimes: one at a time. */
export class RuntimeInstaller {
  private busyWith: string | undefined;

  constructor(private readonly cli: MixpropCli) {}

  /** Lets the person choose a runtime, and what to do with one that is there. */
  async choose(): Promise<void> {
    if (this.saysBusy()) return;
    const unlisted = new vscode.CancellationTokenSource();
    const items = this.items(() => unlisted.cancel());
    const options = { title, placeHolder: 'Which runtime?', matchOnDescription: true };
    const picked = await vscode.window.showQuickPick(items, options, unlisted.token);
    unlisted.dispose();
    if (!picked) return;
    const { choice } = picked;
    const action = choice.state === 'absent' ? 'Install' : await chooseAction(choice);
    // The command may have been called twice.
    if (action === undefined || this.saysBusy()) return;
    this.busyWith = choice.name;
    try {
      await (action === 'Remove' ? this.remove(choice) : this.install(choice));
    } finally {
      this.busyWith = undefined;
    }
  }

  private saysBusy(): boolean {
    if (this.busyWith === undefined) return false;
    void vscode.window.showInformationMessage(
      `MixProp is still installing or removing ${this.busyWith}; see the notifications.`,
    );
    return true;
  }

  /** @param onUnstartable called when there is no use in asking: the trainer does not start */
  private async items(onUnstartable: () => void): Promise<RuntimeItem[]> {
    const end = await this.cli.run(['runtime', 'list', '--json']);
    if (!end) onUnstartable();
    // Without a list the runtimes can be installed all the same: that may be the cure.
    const listed = (end && parseRuntimeList(end.lines)) ?? [];
    return runtimeChoices(listed).map((choice) => ({
      label: choice.label,
      description: choice.description,
      detail: choice.detail,
      iconPath: icons[choice.state],
      choice,
    }));
  }

  private async install({ name }: RuntimeChoice): Promise<void> {
    let installed: Installed | undefined;
    const end = await withNotification(`Installing ${name}`, (progress, signal) => {
      const bar = new InstallProgress();
      const onLine = (line: string) => {
        const message = parseInstallMessage(line);
        if (message?.type === 'installed') installed = message;
        if (message !== undefined) progress.report(bar.take(message));
      };
      return this.cli.run(['runtime', 'install', name, '--json'], { signal, onLine });
    });
    if (end === undefined) return;
    // Done is done, also where the person cancelled a moment too late.
    if (end.status !== 0) {
      if (!end.isCancelled) void this.cli.reportFailure(`Installing ${name}`, failureReason(end), true);
      return;
    }
    const version = installed === undefined ? '' : ` (TensorFlow ${installed.version})`;
    const message = `${name}${version} is installed. New runs compute with it, unless mixprop.backend says otherwise.`;
    void offer('information', message, { 'Run Doctor': () => vscode.commands.executeCommand(commandIds.doctor) });
  }

  private async remove({ name }: RuntimeChoice): Promise<void> {
    const options = { location: vscode.ProgressLocation.Notification, title: `Removing ${name}` };
    const end = await vscode.window.withProgress(options, () => this.cli.run(['runtime', 'remove', name, '--json']));
    if (!end) return;
    if (end.status === 0) void vscode.window.showInformationMessage(`${name} is removed.`);
    else void this.cli.reportFailure(`Removing ${name}`, failureReason(end), true);
  }
}

/** What to do with a runtime that is there; undefined: nothing. */
async function chooseAction({ label, detail, state }: RuntimeChoice): Promise<Action | undefined> {
  const removal = 'Removing it frees its space; runs that were started on it cannot be resumed without it.';
  const actions: Action[] = state === 'damaged' ? ['Install Anew', 'Remove'] : ['Remove'];
  return vscode.window.showInformationMessage(
    `${label} is ${state === 'damaged' ? 'damaged' : 'installed'}.`,
    { modal: true, detail: `${detail}\n\n${removal}` },
    ...actions,
  );
}
