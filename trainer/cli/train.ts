import { resolve } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { UsageError } from '../../common/errors/usage-error';
import { checkExperiment } from '../../common/experiment/checks';
import type { SweepPoint } from '../../common/experiment/expand-sweep';
import { experimentDigest } from '../../common/experiment/experiment-digest';
import { RunsFolderError } from '../../common/run/run-claim';
import { claimPoint } from '../../common/run/sweep-runs';
import { SafetensorsError } from '../../common/weights/safetensors';
import { PrecisionError } from '../backends/bfloat16-support';
import { parseBackend } from '../backends/select';
import { CheckpointError } from '../models/checkpoint';
import { type SessionEnd, type StartOptions, startRun } from '../training/session';
import type { Command, Invocation } from './command';
import { forEachTarget } from './each-target';
import { type ReadExperiment, readExperiment } from './experiment-files';
import { RunConsole } from './run-console';

export const trainCommand: Command = {
  name: 'train',
  summary: 'train one or more experiments, one after the other',
  usage: `train EXPERIMENT|RUN... [--set path=value]... [--runs DIR] [--name ID] [--point K] [--backend auto|tensorflow|wasm]

  RUN               a run folder: the experiment that it has recorded, as a new run
  --set path=value  change a field of the experiment, such as training.epochs=5 (repeatable)
  --runs DIR        where run folders go (default: runs)
  --name ID         name of the run folder (default: the experiment's name and a number)
  --point K         one of the runs of the file’s sweep, from 1, as mixprop sweep FILE --dry-run numbers them
  --backend NAME    what computes (default: auto, the fastest that is installed)

All files are checked before the first experiment starts, and one with an error starts none. An experiment that fails later leaves
the others to be trained; what is not trained is listed at the end.

Ctrl-C, SIGTERM and SIGHUP stop after the current step, and no further experiment starts; \`mixprop resume RUN\` goes on from there.
SIGUSR1 and SIGUSR2 write the checkpoint last after the current step, and training goes on.`,
  options: { texts: ['runs', 'name', 'backend', 'point'], lists: ['set'] },
  async run(invocation) {
    const files = invocation.positionals;
    const name = invocation.text('name');
    const runsFolder = resolve(invocation.text('runs') ?? 'runs');
    const backend = parseBackend(invocation.text('backend'));
    if (files.length === 0)
      throw new UsageError('train needs an experiment file: mixprop train EXPERIMENT.mixprop.json');
    if (files.length > 1 && name !== undefined)
      throw new UsageError('--name names one run: give a single experiment with it');
    const experiments = files.map((file) => readExperiment(file, invocation.texts('set')));
    if (experiments.some(({ experiment }) => !experiment)) {
      for (const { lines } of experiments) for (const line of lines) invocation.printError(line);
      return 2;
    }

    const point = pointOf(experiments, invocation);
    const { done, failures, untouched, status } = await forEachTarget(files, invocation, async (file, i) => {
      const read = experiments[i];
      const target = { runsFolder, id: name, backend };
      const train = point
        ? () => trainPoint(read, point, target, invocation)
        : () => trainOne(read, target, invocation);
      return { file, end: await train() };
    });
    const unfinished = [
      ...done.flatMap(({ file, end }) => (end === 'finished' ? [] : [`${file}: stopped`])),
      ...failures,
      ...untouched.map((file) => `${file}: not started`),
    ];
    if (files.length > 1 && unfinished.length > 0) {
      invocation.printError(
        `${files.length - unfinished.length} of ${files.length} experiments are trained, not these:`,
      );
      for (const line of unfinished) invocation.printError(`  ${line}`);
    }
    return status === 0 && unfinished.length > 0 ? 1 : status;
  },
};

/** The run that `--point` names; undefined where the files stand for one run each. @throws UsageError */
function pointOf(experiments: readonly ReadExperiment[], invocation: Invocation): SweepPoint | undefined {
  const swept = experiments.find(({ points }) => points !== undefined);
  const isNamed = invocation.text('point') !== undefined;
  if (!swept) {
    if (isNamed) throw new UsageError('--point names a run of a sweep, and the file has none: leave it out');
    return undefined;
  }
  const { file, points } = swept as { file: string; points: SweepPoint[] };
  if (experiments.length > 1 && isNamed)
    throw new UsageError('--point names one run of a sweep: give a single file with it');
  const number = invocation.integer('point', 1, points.length);
  if (number !== undefined) return points[number - 1];
  throw new UsageError(
    `${file} has a sweep of ${points.length} runs: make them with \`mixprop sweep ${file}\`, or one of them with --point K (--set sweep=null trains the file without it)`,
  );
}

/** Trains a run of a sweep, unless it is there or another process makes it. */
async function trainPoint(
  read: ReadExperiment,
  { experiment, settings }: SweepPoint,
  target: Target,
  invocation: Invocation,
): Promise<SessionEnd> {
  const digest = experimentDigest(experiment);
  const lock = claimPoint(target.runsFolder, digest);
  try {
    const problems = checkExperiment(experiment, read.baseFolder).map(({ path, message, severity }) => ({
      field: path.join('.'),
      message,
      severity,
    }));
    const sweep = { name: experiment.name, settings, digest };
    return await trainOne({ ...read, experiment, problems }, { ...target, sweep }, invocation);
  } finally {
    lock.release();
  }
}

type Target = Pick<StartOptions, 'runsFolder' | 'id' | 'backend' | 'sweep'>;

async function trainOne(
  {
    experimentFile,
    baseFolder,
    experiment,
    problems,
    locate,
  }: Pick<ReadExperiment, 'experimentFile' | 'baseFolder' | 'experiment' | 'locate'> & {
    problems: readonly { field: string; message: string }[];
  },
  target: Target,
  invocation: Invocation,
): Promise<SessionEnd> {
  const console = new RunConsole(invocation);
  try {
    const end = await startRun({
      ...console.session,
      experiment: experiment!,
      experimentFile,
      baseFolder,
      ...target,
      // The run itself says what is wrong with a chosen image when it reads it.
      warnings: problems
        .filter(({ field }) => !field.startsWith('explain.images.'))
        .map(({ field, message }) => `${field}: ${message}`),
    });
    const { id, folder } = console;
    invocation.print(
      end === 'finished' ? `${id}: finished, in ${folder}` : `${id}: stopped; go on with: mixprop resume ${folder}`,
    );
    return end;
  } catch (error) {
    if (error instanceof RunsFolderError) throw new UsageError(`${error.message} with --runs`);
    if (error instanceof DatasetError) throw new UsageError(`${locate(error.field)}: ${error.field}: ${error.message}`);
    if (error instanceof PrecisionError) {
      throw new UsageError(`${locate('training.precision')}: training.precision: ${error.message}`);
    }
    if (error instanceof CheckpointError || error instanceof SafetensorsError) {
      throw new UsageError(`${locate('model.initialWeights')}: model.initialWeights: ${error.message}`);
    }
    throw error;
  }
}
