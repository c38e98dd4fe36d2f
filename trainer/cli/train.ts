import { resolve } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { UsageError } from '../../common/errors/usage-error';
import type { Experiment } from '../../common/experiment/schema';
import { RunsFolderError } from '../../common/run/run-claim';
import { SafetensorsError } from '../../common/weights/safetensors';
import { PrecisionError } from '../backends/bfloat16-support';
import { parseBackend } from '../backends/select';
import { CheckpointError } from '../models/checkpoint';
import { type StartOptions, startRun } from '../training/session';
import type { Command } from './command';
import { forEachTarget } from './each-target';
import { type ReadExperiment, readExperiment } from './experiment-files';
import { RunConsole } from './run-console';

export const trainCommand: Command = {
  name: 'train',
  summary: 'train one or more experiments, one after the other',
  usage: `train EXPERIMENT... [--set path=value]... [--runs DIR] [--name ID] [--backend auto|tensorflow|wasm]

  --set path=value  change a field of the experiment, such as training.epochs=5 (repeatable)
  --runs DIR        where run folders go (default: runs)
  --name ID         name of the run folder (default: the experiment's name and a number)
  --backend NAME    what computes (default: auto, the fastest that is installed)

All files are checked before the first experiment starts, and one with an error starts none. An experiment that fails later leaves
the others to be trained; what is not trained is listed at the end.

Ctrl-C, SIGTERM and SIGHUP stop after the current step, and no further experiment starts; \`mixprop resume RUN\` goes on from there.
SIGUSR1 and SIGUSR2 write the checkpoint last after the current step, and training goes on.`,
  options: { texts: ['runs', 'name', 'backend'], lists: ['set'] },
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

    const { done, failures, untouched, status } = await forEachTarget(files, invocation, async (file, i) => {
      const { experiment, ...read } = experiments[i];
      return { file, end: await trainOne(read, experiment!, { runsFolder, id: name, backend }, invocation) };
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

async function trainOne(
  { file, baseFolder, problems, locate }: Omit<ReadExperiment, 'experiment'>,
  experiment: Experiment,
  target: Pick<StartOptions, 'runsFolder' | 'id' | 'backend'>,
  invocation: Parameters<Command['run']>[0],
): Promise<'finished' | 'stopped'> {
  const console = new RunConsole(invocation);
  try {
    const end = await startRun({
      ...console.session,
      experiment,
      experimentFile: resolve(file),
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
