import { resolve } from 'node:path';
import { DatasetError } from '../../common/errors/dataset-error';
import { OutputError } from '../../common/errors/output-error';
import { RunWriteError } from '../../common/errors/run-write-error';
import { UsageError } from '../../common/errors/usage-error';
import {
  type EvaluatedBranch,
  type Evaluation,
  evaluatedBranches,
  meanError,
  normalisationLabel,
} from '../../common/run/evaluations';
import { mainNameOf } from '../../common/weights/branch-names';
import { parseBackend, startBackend } from '../backends/select';
import { chooseConditions, openSelected } from '../evaluation/choose-conditions';
import { conditionLabel } from '../evaluation/evaluate-conditions';
import { evaluationFiles, finishedEvaluation, writeEvaluation } from '../evaluation/evaluation-files';
import { branchOptions, type EvaluationPlan, planDigest, planEvaluation } from '../evaluation/evaluation-plan';
import { withSummaries } from '../evaluation/evaluation-record';
import { PredictionLines } from '../evaluation/prediction-lines';
import { type EvaluationRunOptions, runEvaluation } from '../evaluation/run-evaluation';
import type { Executor } from '../execution/executor';
import { prepareNetwork } from '../execution/prepare-network';
import { linesOf, numberColumn, tableOf, textColumn } from '../report/text-table';
import type { Command, Invocation } from './command';
import { imageOptions, readSelection } from './image-options';
import {
  checkpointValues,
  chosenCheckpoint,
  openCheckpointData,
  openExecutor,
  possibleTraining,
} from './open-checkpoint';
import { usableData } from './open-data';
import { percent } from './run-console';
import { asOutput, requireFolder, writeOutput } from './write-output';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'accuracy, calibration and corruption errors of a checkpoint',
  usage: `evaluate RUN|FILE.safetensors [--experiment EXPERIMENT] [--checkpoint best|last|EPOCH]
                [--branch main|aux|both|confidence] [--data PATH] [--images N] [--stylized FOLDER]
                [--corruptions all|common|LIST|none] [--severities LIST|all] [--corrupted FOLDER]
                [--strength imagenet|tiny|cifar] [--seed N] [--frost FOLDER] [--baseline alexnet|RUN|none]
                [--predictions OUT.jsonl] [--out OUT.json] [--backend auto|tensorflow|wasm]

  --experiment   what network and data set a bare file belongs to
  --checkpoint   which checkpoint of a run (default: best)
  --branch       one normalisation branch, both, or confidence: of each image the more confident branch
                 (default: every branch the network has)
  --data         another place of the data set; or a folder of validation images alone; or of corrupted ones
  --images       number of validation images, evenly over the classes (default: all)
  --stylized     also the images of this folder, one folder a class: Stylized-ImageNet
  --corruptions  common: the 15 of the benchmark; all: and the 4 held out; or names with commas (default: none)
  --severities   1 to 5, with commas (default: all)
  --corrupted    read corrupted images from ImageNet-C or CIFAR-C (default: they are made from the validation images)
  --strength     of those made: parameters for 224, 64 or 32 px (default: by the size of the images)
  --seed         of those made (default 0); an image's draws also depend on its path
  --frost        of those made: folder with the original's frost textures (default: textures of our own)
  --baseline     what mCE is normalised by: AlexNet's errors on ImageNet-C, or those of a run that was evaluated
                 on the same images (default: none, then the mean error)
  --predictions  write a line of JSON an image and branch; label and predicted are class numbers, as in logits
  --out          write the result as JSON

A run's evaluations are kept in RUN/evaluations/. Stopped, the same command goes on from there (for a bare file: with --out).`,
  options: {
    texts: [...imageOptions, 'experiment', 'checkpoint', 'branch', 'baseline', 'predictions', 'out', 'backend'],
  },
  async run(invocation) {
    const target = invocation.single('evaluate needs one run folder or one .safetensors file');
    const branch = invocation.oneOf('branch', branchOptions);
    const backendName = parseBackend(invocation.text('backend'));
    const located = chosenCheckpoint(target, invocation);
    const selection = readSelection(invocation, located);
    for (const option of ['predictions', 'out']) requireFolder(option, invocation.text(option));
    const backend = await startBackend(backendName);
    const training = await possibleTraining(backend, located.experiment, 'evaluating', invocation);
    const checkpoint = { ...located, experiment: { ...located.experiment, training } };
    const dataset = await openCheckpointData(checkpoint, invocation, async (options) => {
      const opened = await openSelected(selection, options);
      if (selection.recognised !== undefined) invocation.print(selection.recognised);
      return opened;
    });
    const chosen = usableData(() => chooseConditions(selection, dataset, checkpoint.baseFolder));
    const options = { branch, baseline: invocation.text('baseline'), checkpoint: invocation.text('checkpoint') };
    const { plan, baseline } = await planEvaluation(checkpoint, backend, selection, dataset, chosen, options);
    const prepared = prepareNetwork(checkpoint.experiment, dataset.classes.length);
    const values = checkpointValues(checkpoint.file, prepared, invocation);
    if (prepared.method.branches.includes('aux') && branchesAreEqual(values))
      invocation.warn('aux equals main in every layer: the file has one branch, or was never trained');

    const outputs = { runFolder: checkpoint.run?.folder, out: invocation.text('out') };
    const files = evaluationFiles(outputs, plan.facts, planDigest(plan), (message) => invocation.warn(message));
    const predictions = invocation.text('predictions');
    const lines = predictions === undefined ? undefined : new PredictionLines(resolve(predictions), branch ?? 'both');
    const earlier =
      lines || !files?.isRun || plan.facts.source === null ? undefined : finishedEvaluation(files, plan.facts);
    if (earlier && files) {
      const again: Evaluation = { ...earlier, branches: withSummaries(earlier.branches, baseline) };
      invocation.print(`evaluated before (${earlier.created}); delete ${files.file} to do it again`);
      await asOutput(files.file, () => writeEvaluation(files, again));
      return report(invocation, again, checkpoint.file);
    }
    const shapes = {
      imageSize: dataset.validation.imageSize,
      evaluationBatch: Math.min(plan.batchSize, Math.max(...plan.conditions.map(({ indices }) => indices.length))),
    };
    const executor = await openExecutor(backend, prepared, checkpoint.experiment, shapes, values, invocation);
    try {
      const evaluation = await measure(invocation, executor, plan, {
        dataset,
        files,
        lines,
        baseline,
        frostFolder: selection.frost,
        workers: checkpoint.experiment.loading.workers,
      });
      return evaluation ? report(invocation, evaluation, checkpoint.file) : 1;
    } finally {
      executor.dispose();
    }
  },
};

/** Evaluates with a progress bar. @returns undefined where it was stopped */
async function measure(
  invocation: Invocation,
  executor: Executor,
  plan: EvaluationPlan,
  options: Omit<EvaluationRunOptions, 'signal' | 'onResume' | 'onProgress'>,
): Promise<Evaluation | undefined> {
  const { signal } = invocation;
  const progress = invocation.progress();
  const total = plan.conditions.reduce((sum, { indices }) => sum + indices.length, 0);
  let done = 0;
  try {
    return await runEvaluation(executor, plan, {
      ...options,
      signal,
      onResume: (images) => {
        done = images;
        invocation.print(`going on from where it was stopped: ${images} of ${total} images are done`);
      },
      onProgress: (images, condition, speed) => {
        done = images;
        progress.update('evaluating', done, total, `${conditionLabel(condition)}  ${speed.toFixed(0)} images/s`);
      },
    });
  } catch (error) {
    if (error instanceof RunWriteError)
      throw new OutputError(error.file, error.cause, 'the same command goes on from what could be kept');
    if (!signal.aborted) throw error instanceof DatasetError ? new UsageError(error.message) : error;
    const kept = options.files ? 'the same command goes on from here' : 'nothing is kept of a bare file without --out';
    invocation.printError(`stopped after ${done} of ${total} images: ${kept}`);
    return undefined;
  }
}

/** Prints an evaluation and writes it to `--out`. */
function report(invocation: Invocation, evaluation: Evaluation, file: string): number {
  const { branches, images, source } = evaluation;
  // Measures on clean images are also where they have always been: in the branch itself.
  const flat = Object.entries(branches).map(([name, branch]) => {
    const { top1, top5, loss } = branch.clean;
    return [name, { loss, top1, top5, ...branch }];
  });
  const result = { ...evaluation, checkpointFile: resolve(file), branches: Object.fromEntries(flat) };
  invocation.printJson(result);
  invocation.print(`${file}, ${images} validation images`);
  const shown = evaluatedBranches.filter((name) => branches[name]);
  for (const name of shown) {
    const { clean, stylized } = branches[name]!;
    const { top1, top5, loss, calibrationError } = clean;
    const calibration = calibrationError === null ? '' : `, calibration error ${percent(calibrationError)}`;
    invocation.print(`${name}: top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${number(loss)}${calibration}`);
    if (stylized)
      invocation.print(
        `${name}, stylized: top-1 ${percent(stylized.top1)}, top-5 ${percent(stylized.top5)}, loss ${number(stylized.loss)}`,
      );
  }
  if (source) printCorruptions(invocation, evaluation, shown);
  const out = invocation.text('out');
  if (out !== undefined) writeOutput(resolve(out), `${JSON.stringify(result, null, 2)}\n`);
  return 0;
}

const number = (loss: number | null): string => loss?.toFixed(4) ?? 'not finite';

/** Errors in %, means over the severities; below them what is normalised by what. */
function printCorruptions(
  invocation: Invocation,
  { branches, source }: Evaluation,
  shown: readonly EvaluatedBranch[],
): void {
  const from = source?.kind === 'made' ? `made, strength ${source.strength}, seed ${source.seed}` : source?.path;
  invocation.print();
  invocation.print(`error in %, mean over the severities (${from})`);
  const names = Object.keys(branches[shown[0]]!.corruptions);
  const columns = [
    textColumn<string>('', (name) => name),
    ...shown.map((branch) =>
      numberColumn<string>(branch, (name) => meanError(branches[branch]!.corruptions[name]).toFixed(2)),
    ),
  ];
  for (const line of linesOf(tableOf(columns, names))) invocation.print(line);
  for (const branch of shown) {
    const { summary } = branches[branch]!;
    if (!summary) continue;
    const { mCE, relativeMCE, unnormalised } = summary;
    const relative = relativeMCE === undefined ? '' : `; relative ${relativeMCE.toFixed(2)}`;
    const value = mCE === undefined ? unnormalised.toFixed(2) : `${mCE.toFixed(2)}${relative}`;
    invocation.print(`${branch}: ${normalisationLabel(summary)}: ${value}`);
  }
}

/** Whether every tensor of the aux branch equals that of main. */
function branchesAreEqual(values: ReadonlyMap<string, Float32Array>): boolean {
  return [...values].every(([name, aux]) => {
    const main = values.get(mainNameOf(name));
    return main === undefined || aux.every((value, i) => value === main[i]);
  });
}
