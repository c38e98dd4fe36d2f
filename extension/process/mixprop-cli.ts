import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { commandIds } from '../shared/command-ids';
import { Disposable } from '../shared/disposable';
import { offer } from '../shared/offer';
import { type CommandEnd, type CommandOutput, runMixpropCommand } from './mixprop-command';
import { trainerProgram } from './settings';
import { mixpropLaunch } from './trainer-launch';
import { reportUnstartable } from './unstartable-notice';

const maxReasonLength = 400;

/**
 * The command line `mixprop`, for commands that are about the machine and not about a workspace. They work in the user's
 * home, so that nothing in a workspace can reach them, and end with the window.
 */
export class MixpropCli extends Disposable {
  private readonly windowCloses = new AbortController();

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
   * @param signal cancels it
   */
  async run(
    commandLine: readonly string[],
    { signal, ...output }: CommandOutput & { signal?: AbortSignal } = {},
  ): Promise<CommandEnd | undefined> {
    const program = trainerProgram(this.script);
    const launch = mixpropLaunch(program, commandLine);
    const stop = AbortSignal.any([this.windowCloses.signal, ...(signal ? [signal] : [])]);
    const onMessage = (line: string) => {
      this.log.info(`  ${line}`);
      output.onMessage?.(line);
    };
    this.log.info(`mixprop ${commandLine.join(' ')}`);
    try {
      return await runMixpropCommand(launch, homedir(), stop, { ...output, onMessage });
    } catch (error) {
      this.log.error(`${launch.command}: ${error}`);
      void reportUnstartable(error as Error, program);
      return undefined;
    }
  }

  /**
   * Tells the person that a command failed. Not awaited by anyone: the message stays until it has been read.
   * @param what completes "… failed"
   */
  async reportFailure(what: string, reason: string, offersDoctor: boolean): Promise<void> {
    this.log.error(`${what} failed: ${reason}`);
    await offer('error', `${what} failed: ${reason.slice(0, maxReasonLength)}`, {
      'Show Log': () => this.log.show(),
      ...(offersDoctor && { 'Run Doctor': () => vscode.commands.executeCommand(commandIds.doctor) }),
    });
  }

  override dispose(): void {
    this.windowCloses.abort();
    super.dispose();
  }
}
