import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { RunWriteError } from '../../common/errors/run-write-error';
import { type TrainerExit, TrainerProcess } from '../../common/launch/trainer-process';
import { readRunExperiment } from '../../common/run/recorded-run';
import { claimNextFolder, RunsFolderError } from '../../common/run/run-claim';
import { readRunEnvironment } from '../../common/run/run-environment';
import { runPaths } from '../../common/run/run-folder';
import { asksForRuntime, errorText } from '../process/error-text';
import { trainerProgram } from '../process/settings';
import { mixpropLaunch } from '../process/trainer-launch';
import { offerSettings, reportUnstartable } from '../process/unstartable-notice';
import { commandIds } from '../shared/command-ids';
import { withNotification } from '../shared/notification-progress';
import { offer } from '../shared/offer';
import type { RunOutputs } from './run-output';
import type { RunRegistry } from './run-registry';

/** How often the progress message repeats what the trainer said last. */
const sayEveryMs = 500;
/** How many lines the error of a trainer that did not start may have. */
const maxErrorLines = 12;

/** Starts trainers, and tells the person how that went. */
export class RunLauncher {
  /** @param script absolute path of `dist/mixprop.js` */
  constructor(
    private readonly script: string,
    private readonly registry: RunRegistry,
    private readonly outputs: RunOutputs,
  ) {}

  /**
   * Starts a new run of an experiment. Gives its folder once it trains, undefined when it came to nothing: the person has
   * been told, or cancelled it.
   * @param runsFolder is made if need be
   */
  async train(
    experimentFile: string,
    experimentName: string,
    runsFolder: string,
    backend: string,
  ): Promise<string | undefined> {
    return this.startNew(experimentFile, dirname(experimentFile), experimentName, runsFolder, backend);
  }

  /** Starts the experiment that a run has recorded once more, as a new run beside it. Gives its folder as `train` does. */
  async trainAgain(folder: string): Promise<string | undefined> {
    const { name } = readRunExperiment(folder);
    return this.startNew(folder, folder, name, dirname(folder), readRunEnvironment(folder).backend);
  }

  /** @param experiment the experiment file, or a run folder */
  private async startNew(
    experiment: string,
    workingFolder: string,
    experimentName: string,
    runsFolder: string,
    backend: string,
  ): Promise<string | undefined> {
    let folder: string;
    try {
      folder = claimNextFolder(runsFolder, experimentName);
    } catch (error) {
      if (!(error instanceof RunsFolderError)) throw error;
      await reportRunsFolder(error);
      return undefined;
    }
    const runId = basename(folder);
    const commandLine = ['train', experiment, '--runs', runsFolder, '--name', runId, '--backend', backend];
    const cancel = async (trainer: TrainerProcess) => {
      // Nobody wants to hear that it failed.
      this.registry.forget(folder);
      trainer.kill();
      await trainer.exit;
      await rm(folder, { recursive: true, force: true });
    };
    return (await this.start(commandLine, folder, runId, workingFolder, cancel)) ? folder : undefined;
  }

  /**
   * Resumes a run. Whether it trains; if not, the person has been told, or cancelled it.
   * @param options of `mixprop resume`
   */
  async resume(folder: string, runId: string, options: readonly string[] = []): Promise<boolean> {
    const cancel = async (trainer: TrainerProcess) => trainer.terminate();
    return this.start(['resume', folder, ...options], folder, runId, dirname(folder), cancel);
  }

  private async start(
    commandLine: readonly string[],
    folder: string,
    runId: string,
    workingFolder: string,
    cancel: (trainer: TrainerProcess) => Promise<void>,
  ): Promise<boolean> {
    const program = trainerProgram(this.script);
    const launch = mixpropLaunch(program, commandLine);
    let trainer: TrainerProcess;
    try {
      trainer = await TrainerProcess.start(launch, folder, workingFolder);
      const end = await waitWithProgress(trainer, runId);
      if (end === 'cancelled') {
        await cancel(trainer);
        return false;
      }
      if (end !== undefined && end.status !== 0) {
        await this.reportEarlyEnd(end, trainer, folder, runId);
        return false;
      }
    } catch (error) {
      await removeUnlessRun(folder);
      if (error instanceof RunWriteError) await reportRunsFolder(new RunsFolderError(dirname(folder), error.cause));
      else await reportUnstartable(error as Error, program);
      return false;
    }
    this.registry.follow(
      folder,
      trainer.exit.then(({ signal }) => signal),
    );
    this.outputs.follow(folder, runId);
    return true;
  }

  private async reportEarlyEnd(
    { status, signal }: TrainerExit,
    trainer: TrainerProcess,
    folder: string,
    runId: string,
  ): Promise<void> {
    const words = errorText(trainer.lastWords(maxErrorLines));
    const text = await readFile(runPaths(folder).log, 'utf8').catch(() => '');
    await removeUnlessRun(folder);
    const how = signal === null ? `exit status ${status}` : `signal ${signal}`;
    const install = () => vscode.commands.executeCommand(commandIds.installTensorflowRuntime);
    // Not awaited: the message stays until the person has read it.
    void offer('error', `${runId} could not start (${how}): ${words === '' ? 'it said nothing' : words}`, {
      ...(asksForRuntime(words) && { 'Install TensorFlow Runtime': install }),
      'Show Log': () => (existsSync(folder) ? this.outputs.show(folder, runId) : this.outputs.showText(runId, text)),
    });
  }
}

const reportRunsFolder = ({ message }: RunsFolderError) => offerSettings(`MixProp: ${message}.`, 'mixprop.runsFolder');

async function waitWithProgress(
  trainer: TrainerProcess,
  runId: string,
): Promise<TrainerExit | 'cancelled' | undefined> {
  return withNotification(`Starting ${runId}`, async (progress, signal) => {
    const clock = setInterval(() => {
      progress.report({ message: trainer.lastWords(1).join() });
    }, sayEveryMs);
    try {
      return await trainer.started(signal);
    } catch (error) {
      if (signal.aborted) return 'cancelled';
      throw error;
    } finally {
      clearInterval(clock);
    }
  });
}

/** Removes what a launch left behind in a folder that did not become a run. */
async function removeUnlessRun(folder: string): Promise<void> {
  if (!existsSync(runPaths(folder).experiment)) await rm(folder, { recursive: true, force: true });
}
