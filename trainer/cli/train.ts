import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PrecisionError } from '../backends/bfloat16-support';
import { parseBackend } from '../backends/select';
import { DatasetError } from '../data/dataset';
import type { Experiment } from '../experiment/schema';
import { CheckpointError } from '../run/checkpoint';
import { nextRunId } from '../run/run-id';
import { SafetensorsError } from '../run/safetensors';
import { type StartOptions, startRun } from '../training/session';
import { UsageError } from '../usage-error';
import type { Command } from './command';
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

Ctrl-C stops after the step in hand; \`mixprop resume RUN\` goes on from there.`,
  options: {
    set: { type: 'string', multiple: true },
    runs: { type: 'string' },
    name: { type: 'string' },
    backend: { type: 'string' },
  },
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

    for (const { experiment, ...read } of experiments) {
      const id = name ?? nextRunId(experiment!.name, existsSync(runsFolder) ? readdirSync(runsFolder) : []);
      const end = await trainOne(read, experiment!, { runsFolder, id, backend }, invocation);
      if (end !== 'finished') return 1;
    }
    return 0;
  },
};

async function trainOne(
  { file, baseFolder, problems, locate }: Omit<ReadExperiment, 'experiment'>,
  experiment: Experiment,
  target: Pick<StartOptions, 'runsFolder' | 'id' | 'backend'>,
  invocation: Parameters<Command['run']>[0],
): Promise<'finished' | 'stopped'> {
  const { runsFolder, id } = target;
  const console = new RunConsole(invocation, id);
  try {
    const end = await startRun({
      experiment,
      experimentFile: resolve(file),
      baseFolder,
      ...target,
      // What is wrong with a chosen image the run says itself when it reads it.
      warnings: problems
        .filter(({ field }) => !field.startsWith('explain.images.'))
        .map(({ field, message }) => `${field}: ${message}`),
      stop: invocation.stop,
      onData: console.onData,
      onDataset: console.onDataset,
      onEvent: console.onEvent,
    });
    const folder = join(runsFolder, id);
    invocation.print(
      end === 'finished' ? `${id}: finished, in ${folder}` : `${id}: stopped; go on with: mixprop resume ${folder}`,
    );
    return end;
  } catch (error) {
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
