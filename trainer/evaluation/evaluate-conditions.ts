import type { CorruptionName, Severity } from '../../common/experiment/corruption-names';
import type { Branch } from '../../common/weights/branch';
import type { ImageSet } from '../data/dataset';
import type { ChannelNormalization } from '../data/loading/augment';
import { type LoaderOptions, loadBatches } from '../data/loading/batch-loader';
import type { Executor } from '../execution/executor';
import { type CorruptionSettings, corruptedBatches } from './corrupted-batches';
import type { EvaluationDraft } from './evaluation-draft';
import { type BranchColumns, emptyColumns, fillColumns } from './measures';

/** Images under which a network is evaluated. */
export interface Condition {
  /** clean, stylized or a corruption. */
  name: string;
  /** 1 to 5; null for images that are not corrupted. */
  severity: number | null;
  images: ImageSet;
  /** [N], which of them, as data-set indices. */
  indices: Int32Array;
  /** How they are to be corrupted; absent: images are taken as they are. */
  make?: { name: CorruptionName; severity: Severity };
}

/** "fog 3" */
export const conditionLabel = ({ name, severity }: Condition): string =>
  severity === null ? name : `${name} ${severity}`;

/** Some images of a condition, just evaluated. */
export interface EvaluatedBatch {
  condition: Condition;
  /** The columns of all images of the condition. */
  columns: Partial<Record<Branch, BranchColumns>>;
  /** Place of the batch's first image among the condition's, and number of images. */
  first: number;
  count: number;
  /** [count, classes] of each branch. */
  logits: Partial<Record<Branch, Float32Array>>;
}

export interface ConditionOptions {
  branches: readonly Branch[];
  batchSize: number;
  normalization: ChannelNormalization;
  /** How corrupted images are made; needed if any are. */
  corruption?: CorruptionSettings;
  loading?: LoaderOptions;
  signal: AbortSignal;
  /** Takes up and keeps what is done. */
  draft?: EvaluationDraft;
  /** Called once, before the first batch: how many images are done already, and the length of the predictions that go with them. */
  onResume?: (doneImages: number, predictionBytes: number) => void;
  /** Called after each batch; awaited. Resolves to the length of the file of predictions, if there is one. */
  onBatch?: (batch: EvaluatedBatch) => Promise<number | undefined>;
}

/** A draft gets a line at the end of a condition, and after this time. */
const keepEveryMs = 2_000;

interface Request {
  condition: number;
  first: number;
  indices: Int32Array;
}

/**
 * Evaluates a network under conditions, one after the other, each batch through all branches. What is computed of an image depends on
 * its batch at most, and batches begin at multiples of the batch size: an evaluation that was stopped and taken up ends with the same numbers.
 *
 * @returns of each condition the columns of each branch
 * @throws the signal's reason when aborted; the draft then holds all finished batches
 */
export async function evaluateConditions(
  executor: Executor,
  conditions: readonly Condition[],
  options: ConditionOptions,
): Promise<Partial<Record<Branch, BranchColumns>>[]> {
  const { branches, draft, onBatch, signal } = options;
  const columns = conditions.map(({ indices }) => columnsFor(branches, indices.length));
  const resumed = draft?.resume(columns);
  const done = resumed?.done ?? conditions.map(() => 0);
  let predictionBytes = resumed?.predictionBytes ?? 0;
  options.onResume?.(
    done.reduce((sum, count) => sum + count, 0),
    predictionBytes,
  );
  let unkept: { condition: number; first: number; count: number } | undefined;
  let keptAt = performance.now();
  const keep = () => {
    if (unkept) draft?.append({ ...unkept, columns: columns[unkept.condition] }, predictionBytes);
    unkept = undefined;
    keptAt = performance.now();
  };
  try {
    for await (const { request, pixels } of batchesOf(conditions, done, options)) {
      signal.throwIfAborted();
      const condition = conditions[request.condition];
      const count = request.indices.length;
      const logits: EvaluatedBatch['logits'] = {};
      for (const branch of branches) {
        const rows = executor.logits(pixels, count, condition.images.imageSize, branch);
        const classes = rows.length / count;
        for (let i = 0; i < count; i++) {
          const row = rows.subarray(i * classes, (i + 1) * classes);
          const label = condition.images.labels[request.indices[i]];
          fillColumns(columns[request.condition][branch]!, request.first + i, row, label);
        }
        logits[branch] = rows;
      }
      const batch = { condition, columns: columns[request.condition], first: request.first, count, logits };
      predictionBytes = (await onBatch?.(batch)) ?? predictionBytes;
      const { first } = unkept ?? request;
      unkept = { condition: request.condition, first, count: (unkept?.count ?? 0) + count };
      const isLast = request.first + count === condition.indices.length;
      if (isLast || performance.now() - keptAt >= keepEveryMs) keep();
    }
  } finally {
    keep();
  }
  return columns;
}

function columnsFor(branches: readonly Branch[], count: number): Partial<Record<Branch, BranchColumns>> {
  return Object.fromEntries(branches.map((branch) => [branch, emptyColumns(count)]));
}

/** The batches of all conditions, in order, but for those that are done. Corruptions to make in a row share their workers. */
async function* batchesOf(
  conditions: readonly Condition[],
  done: readonly number[],
  { batchSize, normalization, corruption, loading, signal }: ConditionOptions,
): AsyncGenerator<{ request: Request; pixels: Float32Array }, void, undefined> {
  for (let c = 0; c < conditions.length; c++) {
    const { images, make } = conditions[c];
    if (!make) {
      const requests = requestsOf(conditions[c], c, done[c], batchSize).map((request) => ({ ...request, crops: null }));
      if (requests.length > 0) yield* loadBatches(images, requests, normalization, { ...loading, signal });
      continue;
    }
    if (!corruption) throw new Error('how corrupted images are made was not said');
    const requests: (Request & NonNullable<Condition['make']>)[] = [];
    for (; c < conditions.length && conditions[c].make && conditions[c].images === images; c++)
      for (const request of requestsOf(conditions[c], c, done[c], batchSize))
        requests.push({ ...request, ...conditions[c].make! });
    c--;
    const options = { normalization, workers: loading?.workers, signal };
    if (requests.length > 0) yield* corruptedBatches(images, requests, corruption, options);
  }
}

function requestsOf({ indices }: Condition, condition: number, done: number, batchSize: number): Request[] {
  const requests: Request[] = [];
  for (let first = done; first < indices.length; first += batchSize)
    requests.push({ condition, first, indices: indices.slice(first, first + batchSize) });
  return requests;
}
