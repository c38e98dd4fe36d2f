import { basename, resolve } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { UsageError } from '../../common/errors/usage-error';
import { parseExperiment } from '../../common/experiment/parse';
import type { Experiment } from '../../common/experiment/schema';
import { applySetting, parseSetting } from '../../common/experiment/setting';
import { askTrainer } from '../../common/live/live-client';
import { effectiveEvents, readAllEvents } from '../../common/run/event-reader';
import { readRunExperiment } from '../../common/run/recorded-run';
import { readRunEnvironment } from '../../common/run/run-environment';
import { trainerPresence } from '../../common/run/trainer-presence';
import { parseBackend } from '../backends/select';
import { resumeRun } from '../training/session';
import { stopReason } from '../training/stop-when';
import type { Command, Invocation } from './command';
import { RunConsole } from './run-console';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'go on with a paused, stopped, failed or killed run, or extend one by epochs',
  usage: `resume RUN [--epochs N] [--set path=value]... [--data PATH] [--other-images] [--backend auto|tensorflow|wasm]

  RUN             a run folder, such as runs/quickstart-1; it goes on from its last checkpoint, on the backend it was made on
  --epochs N      train to the end of epoch N, also where the run is finished; milestones of the schedule stay where they are
  --set           change a field of schedule or training.stopWhen for what is still to be trained (repeatable)
  --data          where the data set is now, if not where it was; the run keeps it
  --other-images  go on although the images are not those that it was trained on, with the same classes and as many
                  training images

A run that is paused goes on in its own trainer, and the command returns at once.`,
  options: { texts: ['epochs', 'data', 'backend'], lists: ['set'], flags: ['other-images'] },
  async run(invocation) {
    const folder = resolve(invocation.single('resume needs one run folder: mixprop resume runs/NAME'));
    const id = basename(folder);
    const recorded = readRunExperiment(folder);
    const backend = parseBackend(invocation.text('backend'));
    const recordedBackend = readRunEnvironment(folder).backend;
    if (backend !== 'auto' && backend !== recordedBackend) {
      throw new UsageError(`${id} was made on the backend ${recordedBackend} and can only go on there`);
    }
    const changed = changedFields(recorded, invocation);
    const isHere = trainerPresence(folder) === 'alive';
    if (isHere && !changed && (await endPause(folder))) {
      invocation.print(`${id}: goes on in its trainer`);
      invocation.printJson({ run: folder, state: 'running' });
      return 0;
    }
    const events = effectiveEvents(readAllEvents(folder));
    const status = events.findLast((event) => event.type === 'status');
    if (!isHere && status?.state === 'finished' && !changed) {
      invocation.print(`${id} is finished: there is nothing to resume; --epochs N extends it`);
      invocation.printJson(status);
      return 0;
    }
    if (changed) {
      const epochs = events.filter((event) => event.type === 'epoch');
      refuseNothingToDo(id, { ...recorded, ...changed }, epochs);
    }
    try {
      const end = await resumeRun(folder, {
        ...new RunConsole(invocation, folder).session,
        dataPath: invocation.text('data'),
        otherImages: invocation.flag('other-images'),
        changed,
      });
      invocation.print(`${id}: ${end}, in ${folder}`);
      return end === 'finished' ? 0 : 1;
    } catch (error) {
      if (error instanceof DatasetError) throw new UsageError(error.message);
      throw error;
    }
  },
};

/** Whether a trainer was paused, or asked to be, and goes on. */
async function endPause(folder: string): Promise<boolean> {
  const reply = await askTrainer(folder, (trainer) => trainer.request('resume', {})).catch(() => undefined);
  return reply?.wasPaused === true;
}

/** What `--epochs` and `--set` make of a recorded experiment; undefined without them. @throws UsageError */
function changedFields(
  recorded: Experiment,
  invocation: Invocation,
): Pick<Experiment, 'training' | 'schedule'> | undefined {
  const epochs = invocation.integer('epochs', 1);
  const settings = invocation.texts('set').map(parseSetting);
  if (epochs === undefined && settings.length === 0) return undefined;
  const other = settings.find(({ field }) => !/^(schedule|training\.stopWhen)(\.|$)/.test(field));
  if (other) {
    const remedy =
      other.field === 'training.epochs'
        ? 'give --epochs N'
        : 'train a new run, with the checkpoint as model.initialWeights';
    throw new UsageError(
      `--set ${other.text}: a run keeps ${other.field}; of what it is made, only schedule and training.stopWhen may change: ${remedy}`,
    );
  }
  const extended = { ...recorded, training: { ...recorded.training, epochs: epochs ?? recorded.training.epochs } };
  const text = settings.reduce(applySetting, JSON.stringify(extended));
  const { experiment, problems } = parseExperiment(text, null);
  const lines = (severity: 'error' | 'warning', about = /./) =>
    problems
      .filter((problem) => problem.severity === severity && about.test(problem.field))
      .map(({ field, message }) => `${field}: ${message}`);
  if (!experiment) throw new UsageError(lines('error').join('\n'));
  invocation.warn(...lines('warning', /^(schedule|training)/));
  const { training, schedule } = experiment;
  if (schedule.type === 'cosine' && training.epochs !== recorded.training.epochs && recorded.schedule.type === 'cosine')
    invocation.warn(
      `the cosine of the learning rate now ends at epoch ${training.epochs}, so the run is not that of ${training.epochs} epochs from the start: its rate jumps where it goes on`,
    );
  return { training, schedule };
}

function refuseNothingToDo(id: string, { training }: Experiment, epochs: Parameters<typeof stopReason>[1]): void {
  const finished = epochs.at(-1)?.epoch ?? 0;
  if (training.epochs <= finished)
    throw new UsageError(`${id} has finished ${finished} epochs: give --epochs a larger number than ${finished}`);
  const reason = training.stopWhen === null ? undefined : stopReason(training.stopWhen, epochs);
  if (reason !== undefined)
    throw new UsageError(`${reason}: to go on all the same, give --set training.stopWhen=null, or more patience`);
}
