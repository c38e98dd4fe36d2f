import { basename } from 'node:path';
import { RunWriteError } from '../../common/errors/run-write-error';
import { plainMessage, reasonOf } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import type { Experiment } from '../../common/experiment/schema';
import { writeAtomically } from '../../common/files/atomic-write';
import { LiveServer } from '../../common/live/live-server';
import { EventLog } from '../../common/run/event-log';
import { lastStatus } from '../../common/run/event-reader';
import type { RunEvent } from '../../common/run/events';
import { datasetAt, readRecordedRun, readRunExperiment } from '../../common/run/recorded-run';
import {
  type ClaimedRun,
  claimNamedRun,
  claimNextRun,
  claimRecordedRun,
  RunsFolderError,
} from '../../common/run/run-claim';
import { type RunSweep, runPaths } from '../../common/run/run-folder';
import { refuseMissingPrecision } from '../backends/bfloat16-support';
import { type BackendName, parseBackend, startBackend } from '../backends/select';
import { LiveExplanations } from '../explain/live-explanations';
import { type OpenTrainingOptions, openTraining, type Session } from './open-training';
import { Pause } from './pause';
import { environmentWarnings, runEnvironment } from './run-environment';
import { type TrainingOptions, train } from './training-loop';

/** How a run is controlled, and who is notified. */
export interface SessionOptions
  extends Omit<OpenTrainingOptions, 'signal'>,
    Pick<TrainingOptions, 'checkpointRequest' | 'onCheckpoint'> {
  /** Stops after the current step. */
  stop: AbortController;
  onEvent?: (event: RunEvent) => void;
}

export interface ResumeOptions extends SessionOptions {
  /** The data set's new place. */
  dataPath?: string;
  /** Accepts other images than before, if the number of training images is the same. */
  otherImages?: boolean;
  /** What the recorded experiment is to become: more epochs, another schedule. */
  changed?: Pick<Experiment, 'training' | 'schedule'>;
}

export interface StartOptions extends SessionOptions {
  experiment: Experiment;
  /** The file that the experiment was read from, if any. */
  experimentFile?: string;
  /** Where the experiment is one of a sweep's. */
  sweep?: RunSweep;
  /** Folder against which relative paths of the experiment are resolved. */
  baseFolder: string;
  runsFolder: string;
  /** Name of the run folder; without, the experiment's name and the next number. */
  id?: string;
  /** Called with the run folder once it is claimed. */
  onFolder?: (folder: string) => void;
  backend: BackendName;
  warnings: string[];
}

export type SessionEnd = 'finished' | 'stopped';

/**
 * Makes a run folder and trains in it to the end or until it is stopped.
 *
 * @throws UsageError, RunsFolderError, DatasetError and others before training begins: nothing is left behind. After an error
 *   during training the run is recorded as failed.
 */
export async function startRun(options: StartOptions): Promise<SessionEnd> {
  const { runsFolder, id, experiment, baseFolder } = options;
  const claim = id === undefined ? claimNextRun(runsFolder, experiment.name) : claimNamedRun(runsFolder, id);
  const { folder } = claim;
  try {
    options.onFolder?.(folder);
    const backend = await startBackend(options.backend);
    await refuseMissingPrecision(backend, experiment.training.precision);
    try {
      writeJson(runPaths(folder).environment, runEnvironment(folder, backend, options));
      // What makes the folder a run comes last: a trainer that is killed before leaves none behind.
      writeJson(runPaths(folder).experiment, experiment);
    } catch (error) {
      throw error instanceof RunWriteError ? new RunsFolderError(runsFolder, error.cause) : error;
    }
    return await runSession(claim, { folder, experiment, baseFolder, backend }, options.warnings, options);
  } finally {
    claim.release();
  }
}

/**
 * Resumes a stopped, failed or killed run from its last checkpoint.
 * @throws UsageError if there is nothing to resume, or the data set is another
 */
export async function resumeRun(folder: string, options: ResumeOptions): Promise<SessionEnd> {
  const run = readRecordedRun(folder);
  const dataset = datasetAt(run.experiment.dataset, options.dataPath, run);
  const experiment = { ...run.experiment, dataset, ...options.changed };
  const claim = claimRecordedRun(folder);
  try {
    const backend = await startBackend(parseBackend(run.environment.backend)).catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${basename(folder)} can only be resumed on the backend it was made on: ${error.message}`);
    });
    await refuseMissingPrecision(backend, experiment.training.precision);
    const resumed = {
      run,
      areOthersMeant: options.otherImages === true,
      changed: options.changed,
      wasFinished: lastStatus(folder)?.state === 'finished',
    };
    const session = { folder, experiment, baseFolder: run.baseFolder, backend, resumed };
    return await runSession(claim, session, environmentWarnings(run.environment, backend), options);
  } finally {
    claim.release();
  }
}

async function runSession(
  claim: ClaimedRun,
  session: Session,
  warnings: readonly string[],
  options: SessionOptions,
): Promise<SessionEnd> {
  const { stop } = options;
  const { folder, baseFolder, backend } = session;
  const log = EventLog.open(folder);
  if (options.onEvent) log.onEvent(options.onEvent);
  const explanations = new LiveExplanations();
  const pause = new Pause();
  const { wasFinished = false, changed } = session.resumed ?? {};
  let hasBegun = false;
  let server: LiveServer | undefined;
  try {
    server = await startLive(folder, log, { stop, pause, explanations });
    for (const message of [...warnings, ...(backend.warning ? [backend.warning] : [])])
      log.append({ type: 'warning', message });
    log.append({ type: 'status', state: 'queued', reason: 'reading the data set' });
    const opened = await openTraining(session, log, { ...options, signal: stop.signal }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
      return undefined;
    });
    claim.commit();
    if (!opened) {
      // Nothing was trained, and resuming begins where it would have begun.
      log.append({ type: 'status', state: wasFinished ? 'finished' : 'stopped', reason: 'stopped on request' });
      return 'stopped';
    }
    hasBegun = true;
    if (changed) writeJson(runPaths(folder).experiment, { ...readRunExperiment(folder), ...changed });
    return await train({
      ...session,
      ...opened,
      log,
      signal: stop.signal,
      pause,
      checkpointRequest: options.checkpointRequest,
      onCheckpoint: options.onCheckpoint,
      live: { explanations, baseFolder },
    });
  } catch (error) {
    // A finished run that cannot be extended stays what it is.
    if (claim.isCommitted) recordEnd(log, wasFinished && !hasBegun ? 'finished' : 'failed', error as Error);
    throw error;
  } finally {
    await server?.close();
    log.close();
  }
}

/** The live connection of a run; undefined where it cannot be opened. */
async function startLive(
  folder: string,
  log: EventLog,
  { stop, pause, explanations }: { stop: AbortController; pause: Pause; explanations: LiveExplanations },
): Promise<LiveServer | undefined> {
  try {
    return await LiveServer.start({
      folder,
      onStop: () => stop.abort(),
      onPause: () => pause.request(),
      onResume: () => pause.end(),
      onExplain: (params) => explanations.explain(params),
      onLook: (params) => explanations.look(params),
      onChooseImages: (params) => explanations.chooseImages(params),
    });
  } catch (error) {
    const message = `no live connection, so the run cannot be asked to stop, to pause or to explain images: ${reasonOf(error)}`;
    log.append({ type: 'warning', message });
    return undefined;
  }
}

/** Records the end of a session by an error, if the disk still takes it; the error itself is reported by the caller. */
function recordEnd(log: EventLog, state: 'failed' | 'finished', error: Error): void {
  try {
    log.append({ type: 'status', state, reason: plainMessage(error) });
  } catch {
    // Readers then see a trainer that ended without a record in events.jsonl.
  }
}

function writeJson(file: string, value: unknown): void {
  writeAtomically(file, `${JSON.stringify(value, null, 2)}\n`);
}
