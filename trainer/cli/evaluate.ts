import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ranksByName } from '../../common/dataset/class-names';
import { DatasetError } from '../../common/errors/dataset-error';
import { OutputError } from '../../common/errors/output-error';
import { RunWriteError } from '../../common/errors/run-write-error';
import { reasonOf } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { datasetFacts } from '../../common/experiment/datasets/datasets';
import { writeAtomically } from '../../common/files/atomic-write';
import { makeFolders } from '../../common/files/make-folders';
import { writeEvaluationPredictions } from '../../common/run/evaluation-predictions';
import {
  type CorruptionSource,
  type EvaluatedBranch,
  type Evaluation,
  EvaluationError,
  evaluatedBranches,
  normalisationLabel,
  readEvaluation,
} from '../../common/run/evaluations';
import { datasetAt } from '../../common/run/recorded-run';
import { runPaths } from '../../common/run/run-folder';
import type { Branch } from '../../common/weights/branch';
import { mainNameOf } from '../../common/weights/branch-names';
import { readSafetensorsHeader } from '../../common/weights/safetensors';
import { precisionObstacle } from '../backends/bfloat16-support';
import { parseBackend, startBackend } from '../backends/select';
import type { ValidationData } from '../data/dataset';
import { cacheFolder } from '../data/images/cache-folder';
import { type Condition, evaluateConditions } from '../evaluation/evaluate-conditions';
import { EvaluationDraft } from '../evaluation/evaluation-draft';
import {
  branchEvaluations,
  imageListDigest,
  predictionsOf,
  withPolicy,
  withSummaries,
} from '../evaluation/evaluation-record';
import { PredictionLines } from '../evaluation/prediction-lines';
import { createExecutor } from '../execution/create-executor';
import { nextTurn } from '../execution/next-turn';
import { prepareNetwork } from '../execution/prepare-network';
import { readWeights } from '../models/checkpoint';
import { recordedClasses } from '../recorded/recorded-classes';
import { validationWarnings } from '../recorded/same-images';
import { checkClassCount, checkNetwork } from './checkpoint-fit';
import type { Command, Invocation } from './command';
import {
  type ChosenConditions,
  chooseBaseline,
  chooseConditions,
  type EvaluationChoices,
  imageOptions,
  openChosen,
  readChoices,
  usable,
} from './evaluation-choices';
import { locateCheckpoint, readChosen } from './run-checkpoint';
import { percent } from './run-console';
import { asOutput, writeOutput } from './write-output';

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
  --branch       one normalisation branch, both, or confidence: of each image the branch that is surer
                 (default: every branch the network has)
  --data         another place of the data set; or a folder of validation images alone; or of corrupted ones
  --images       so many validation images, evenly over the classes (default: all)
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
    ...imageOptions,
    experiment: { type: 'string' },
    checkpoint: { type: 'string' },
    branch: { type: 'string' },
    baseline: { type: 'string' },
    predictions: { type: 'string' },
    out: { type: 'string' },
    backend: { type: 'string' },
  },
  async run(invocation) {
    const [target, ...more] = invocation.positionals;
    if (target === undefined || more.length > 0)
      throw new UsageError('evaluate needs one run folder or one .safetensors file');
    const wish = invocation.choice('branch', ['main', 'aux', 'both', 'confidence'] as const);
    const backendName = parseBackend(invocation.text('backend'));
    const { experiment, baseFolder, file, run } = locateCheckpoint(target, invocation);
    checkNetwork(file, experiment);
    const choices = readChoices(invocation, experiment.dataset);
    if (choices.dataset === experiment.dataset && choices.validationFolder === undefined)
      datasetAt(experiment.dataset, undefined, run);
    for (const option of ['predictions', 'out']) {
      const output = invocation.text(option);
      if (output !== undefined && !existsSync(dirname(resolve(output)))) {
        throw new UsageError(`--${option} ${output}: there is no folder ${dirname(resolve(output))}`);
      }
    }
    const backend = await startBackend(backendName);
    const obstacle = await precisionObstacle(backend, experiment.training.precision);
    if (obstacle) invocation.printError(`warning: evaluating in float32: ${obstacle}`);
    const training = { ...experiment.training, ...(obstacle && { precision: 'float32' as const }) };
    const progress = invocation.progress();
    const dataset = await openChosen(choices, {
      baseFolder,
      cacheFolder: cacheFolder(),
      loading: experiment.loading,
      networkClasses: readChosen(() => recordedClasses(file, run)),
      onProgress: (phase, done, total) => progress.update(phase, done, total),
      onWarning: (message) => invocation.printError(`warning: ${message}`),
      signal: invocation.signal,
    }).catch((error: unknown) => {
      throw error instanceof DatasetError ? new UsageError(error.message) : error;
    });
    if (choices.recognised !== undefined) invocation.print(choices.recognised);
    checkClassCount(file, experiment, dataset.classes);
    for (const warning of run ? validationWarnings(run, dataset) : []) invocation.printError(`warning: ${warning}`);
    const chosen = usable(() => chooseConditions(choices, dataset, baseFolder));
    const { conditions } = chosen;
    const ranks = datasetFacts(experiment.dataset.type).classCount === null ? ranksByName(dataset.classes) : undefined;
    const imageList = imageListDigest(conditions[0], ranks);
    const baseline = chooseBaseline(invocation.text('baseline'), conditions, { source: chosen.source, imageList });

    const prepared = prepareNetwork(experiment, dataset.classes.length);
    const { network, method } = prepared;
    if (wish !== undefined && wish !== 'main' && !method.branches.includes('aux')) {
      throw new UsageError(
        `a network trained with ${experiment.method.type} has one branch: --branch ${wish} needs dual batch normalisation`,
      );
    }
    const branches: readonly Branch[] = wish === 'main' || wish === 'aux' ? [wish] : method.branches;
    const onNote = (note: string) => invocation.printError(`note: ${file}: ${note}`);
    const values = readChosen(() => readWeights(file, network.specs, { onNote }));
    if (method.branches.includes('aux') && branchesAreEqual(values)) {
      invocation.printError('warning: aux equals main in every layer: the file has one branch, or was never trained');
    }

    const { batchSize } = experiment.evaluation;
    const facts: EvaluationFacts = {
      ...(await checkpointFacts(target, file, invocation)),
      backend: backend.name,
      device: backend.device,
      precision: training.precision,
      images: conditions[0].indices.length,
      imageList,
      dataset: evaluatedDataset(choices, dataset),
      source: chosen.source,
      ...stylizedFacts(choices, conditions),
    };
    const key = settingsDigest(facts, {
      chosen,
      branches: wish === 'confidence' ? [...branches, wish] : branches,
      batchSize,
      experiment,
    });
    const place = placeOf(target, facts, key, invocation);
    const predictionsFile = invocation.text('predictions');
    const lines =
      predictionsFile === undefined ? undefined : new PredictionLines(resolve(predictionsFile), wish ?? 'both');
    const earlier = lines || !place?.isRun || chosen.source === null ? undefined : finished(place.file, facts);
    if (earlier && place) {
      const again: Evaluation = { ...earlier, branches: withSummaries(earlier.branches, baseline) };
      invocation.print(`evaluated before (${earlier.created}); delete ${place.file} to do it again`);
      await asOutput(place.file, () => writeEvaluation(place.file, again));
      return report(invocation, again, file);
    }

    const draft =
      place && EvaluationDraft.open(place.draft, `${key} ${lines ? `${lines.file} ${wish ?? 'both'}` : ''}`);
    if (lines && !lines.hasPart) draft?.remove();
    const largest = Math.max(...conditions.map(({ indices }) => indices.length));
    const shapes = {
      imageSize: dataset.validation.imageSize,
      trainingBatches: [],
      evaluationBatch: Math.min(batchSize, largest),
    };
    const { executor, fallback } = await createExecutor(backend, prepared, { ...experiment, training }, shapes, values);
    for (const warning of [backend.warning, fallback]) if (warning) invocation.printError(`warning: ${warning}`);
    const total = conditions.reduce((sum, { indices }) => sum + indices.length, 0);
    let done = 0;
    let doneBefore = 0;
    let start = performance.now();
    const { source } = chosen;
    try {
      const evaluated = await evaluateConditions(executor, conditions, {
        branches,
        batchSize,
        normalization: choices.dataset.normalization,
        ...(source?.kind === 'made' && {
          corruption: { strength: source.strength, seed: source.seed, frostFolder: choices.frost },
        }),
        loading: { workers: experiment.loading.workers },
        signal: invocation.signal,
        draft,
        onResume: (images, bytes) => {
          doneBefore = images;
          done = images;
          start = performance.now();
          lines?.open(bytes);
          if (images > 0) invocation.print(`going on from where it was stopped: ${images} of ${total} images are done`);
        },
        onBatch: async (batch) => {
          const bytes = lines?.write(batch) ?? 0;
          done += batch.count;
          const speed = (done - doneBefore) / ((performance.now() - start) / 1000);
          progress.update('evaluating', done, total, `${nameOf(batch.condition)}  ${speed.toFixed(0)} images/s`);
          await nextTurn();
          return bytes;
        },
      });
      const seconds = (performance.now() - start) / 1000;
      const columns = wish === 'confidence' ? withPolicy(evaluated) : evaluated;
      const evaluation: Evaluation = {
        format: 1,
        ...facts,
        created: new Date().toISOString(),
        seconds,
        imagesPerSecond: done > doneBefore ? (done - doneBefore) / seconds : null,
        branches: withSummaries(branchEvaluations(conditions, columns), baseline),
        ...(place?.isRun && { predictions: basename(place.predictions) }),
      };
      if (place?.isRun) {
        writeEvaluationPredictions(place.predictions, predictionsOf(dataset, conditions, columns));
        writeEvaluation(place.file, evaluation);
      }
      lines?.finish();
      draft?.remove();
      return report(invocation, evaluation, file);
    } catch (error) {
      if (error instanceof RunWriteError)
        throw new OutputError(error.file, error.cause, 'the same command goes on from what could be kept');
      if (!invocation.signal.aborted) throw error instanceof DatasetError ? new UsageError(error.message) : error;
      const kept = draft ? 'the same command goes on from here' : 'nothing is kept of a bare file without --out';
      invocation.printError(`stopped after ${done} of ${total} images: ${kept}`);
      return 1;
    } finally {
      lines?.close();
      executor.dispose();
    }
  },
};

/** An evaluation but for what is measured. */
type EvaluationFacts = Omit<
  Evaluation,
  'format' | 'created' | 'seconds' | 'imagesPerSecond' | 'branches' | 'predictions'
>;

type CheckpointFacts = Pick<EvaluationFacts, 'run' | 'checkpoint' | 'checkpointSha256' | 'epoch' | 'step'>;

async function checkpointFacts(target: string, file: string, invocation: Invocation): Promise<CheckpointFacts> {
  const { metadata } = readSafetensorsHeader(file);
  const number = (text: string | undefined) => (/^\d+$/.test(text ?? '') ? Number(text) : null);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const isRun = statSync(target).isDirectory();
  const name = invocation.text('checkpoint') ?? 'best';
  return {
    run: isRun ? basename(resolve(target)) : null,
    checkpoint: !isRun ? null : name === 'best' || name === 'last' ? name : Number(name),
    checkpointSha256: hash.digest('hex'),
    epoch: number(metadata.epoch),
    step: number(metadata.step),
  };
}

function evaluatedDataset(
  { dataset, validationFolder, limit }: EvaluationChoices,
  opened: ValidationData,
): Evaluation['dataset'] {
  return {
    type: dataset.type,
    path: validationFolder ?? ('path' in dataset ? dataset.path : null),
    imageSize: opened.validation.imageSize,
    classes: opened.classes.length,
    limit,
  };
}

function stylizedFacts(
  { stylized }: EvaluationChoices,
  conditions: readonly Condition[],
): Pick<Evaluation, 'stylized'> {
  const images = conditions.find(({ name }) => name === 'stylized')?.indices.length;
  return stylized === undefined || images === undefined ? {} : { stylized: { path: stylized, images } };
}

/** Digest of all that the numbers of an evaluation depend on. */
function settingsDigest(
  facts: EvaluationFacts,
  {
    chosen,
    branches,
    batchSize,
    experiment,
  }: {
    chosen: ChosenConditions;
    branches: readonly EvaluatedBranch[];
    batchSize: number;
    experiment: { dataset: { normalization: object }; model: object };
  },
): string {
  const conditions = chosen.conditions.map((condition) => [nameOf(condition), imageListDigest(condition)]);
  const { run: _, checkpoint: __, ...numbers } = facts;
  // How the network was started says nothing of a finished one; without the newer field earlier digests stay as they are.
  const model = { ...experiment.model, head: undefined };
  const all = [numbers, conditions, branches, batchSize, experiment.dataset.normalization, model];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

interface Place {
  /** Whether it is in a run's `evaluations/`. */
  isRun: boolean;
  file: string;
  draft: string;
  predictions: string;
}

/** Where an evaluation is kept: of a run in its folder, of a bare file beside `--out`; undefined if nowhere. */
function placeOf(target: string, facts: EvaluationFacts, key: string, invocation: Invocation): Place | undefined {
  const out = invocation.text('out');
  if (facts.run !== null) {
    const folder = runPaths(target).evaluations;
    const epoch = facts.epoch === null ? '' : `-epoch-${String(facts.epoch).padStart(4, '0')}`;
    const checkpoint = typeof facts.checkpoint === 'string' ? facts.checkpoint : 'checkpoint';
    const stem = join(folder, `${checkpoint}${epoch}-${sourceName(facts.source)}-${key.slice(0, 8)}`);
    try {
      makeFolders(folder);
      return { isRun: true, file: `${stem}.json`, draft: `${stem}.draft`, predictions: `${stem}.predictions.bin` };
    } catch (error) {
      invocation.printError(`warning: the evaluation is not kept in the run: ${reasonOf(error)}`);
    }
  }
  if (out === undefined) return undefined;
  const file = resolve(out);
  return { isRun: false, file, draft: `${file}.draft`, predictions: `${file}.predictions.bin` };
}

function sourceName(source: CorruptionSource | null): string {
  if (source === null) return 'clean';
  if (source.kind === 'made') return source.strength;
  return basename(source.path).replace(/[^A-Za-z0-9._-]+/g, '-');
}

/** A finished evaluation of the same settings; undefined if there is none. */
function finished(file: string, facts: EvaluationFacts): Evaluation | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const evaluation = readEvaluation(file);
    return evaluation.checkpointSha256 === facts.checkpointSha256 ? evaluation : undefined;
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function writeEvaluation(file: string, evaluation: Evaluation): void {
  writeAtomically(file, `${JSON.stringify(evaluation, null, 1)}\n`);
}

const nameOf = ({ name, severity }: Condition): string => (severity === null ? name : `${name} ${severity}`);

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
  const longest = Math.max(...names.map(({ length }) => length));
  invocation.print(`${' '.repeat(longest)}${shown.map((branch) => branch.padStart(12)).join('')}`);
  for (const name of names) {
    const cells = shown.map((branch) => {
      const errors = Object.values(branches[branch]!.corruptions[name]).map(({ top1 }) => 1 - top1);
      return ((100 * errors.reduce((sum, error) => sum + error, 0)) / errors.length).toFixed(2).padStart(12);
    });
    invocation.print(`${name.padEnd(longest)}${cells.join('')}`);
  }
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
