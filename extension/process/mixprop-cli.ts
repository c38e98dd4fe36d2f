import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { commandIds } from '../shared/command-ids';
import { Disposable } from '../shared/disposable';
import { type CommandEnd, runMixpropCommand } from './mixprop-command';
import { trainerProgram } from './settings';
import { mixpropLaunch } from './trainer-launch';
import { reportUnstartable } from './unstartable-notice';

const maxReasonLength = 400;

/**
 * The command line `mixprop`, for commands that are about the machine and not about a workspace. They work in the user's
 * home, so that nothing in a workspace can reach them, and end with the window.
 */
export class MixpropCli extends Disposable {
  private readonly running = new Set<AbortController>();

  /** @param script absolute path of `dist/mixprop.js` */
  constructor(
    private readonly script: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
  }

  /**
   * Runs a command to its end; what it says goes to the log. Undefined when it could not be started: the person has been
   * told.
   * @param token cancels it
   * @param onLine receives its stdout while it works
   * @param onProgress receives what it says to people while it works
   */
  async run(
    commandLine: readonly string[],
    token?: vscode.CancellationToken,
    onLine?: (line: string) => void,
    onProgress?: (message: string) => void,
  ): Promise<CommandEnd | undefined> {
    const program = trainerProgram(this.script);
    const launch = mixpropLaunch(program, commandLine);
    const stop = new AbortController();
    const listener = token?.onCancellationRequested(() => stop.abort());
    const onMessage = (line: string) => {
      this.log.info(`  ${line}`);
      onProgress?.(line);
    };
    this.running.add(stop);
    this.log.info(`mixprop ${commandLine.join(' ')}`);
    try {
      return await runMixpropCommand(launch, homedir(), stop.signal, { onLine, onMessage });
    } catch (error) {
      this.log.error(`${launch.command}: ${error}`);
      void reportUnstartable(error as Error, program);
      return undefined;
    } finally {
      listener?.dispose();
      this.running.delete(stop);
    }
  }

  /**
   * Tells the person that a command failed. Not awaited by anyone: the message stays until it has been read.
   * @param what completes "… failed"
   */
  async reportFailure(what: string, reason: string, offersDoctor: boolean): Promise<void> {
    this.log.error(`${what} failed: ${reason}`);
    const showLog = 'Show Log';
    const doctor = 'Run Doctor';
    const buttons = offersDoctor ? [showLog, doctor] : [showLog];
    const choice = await vscode.window.showErrorMessage(
      `${what} failed: ${reason.slice(0, maxReasonLength)}`,
      ...buttons,
    );
    if (choice === showLog) this.log.show();
    if (choice === doctor) await vscode.commands.executeCommand(commandIds.doctor);
  }

  override dispose(): void {
    for (const stop of this.running) stop.abort();
    super.dispose();
  }
}
