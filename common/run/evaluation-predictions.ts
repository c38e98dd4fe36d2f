import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { reasonOf } from '../errors/system-error';
import { writeAtomically } from '../files/atomic-write';
import { type EvaluatedBranch, EvaluationError, evaluatedBranches } from './evaluations';
import type { ReadableNames } from './readable-names';

/** What a branch says of the N images of a condition. */
export interface PredictionColumns {
  /** [N], class numbers. */
  predicted: Uint16Array;
  /** [N], softmax probability of the predicted class; 0 where logits were not finite. */
  confidence: Float32Array;
}

/** Images, and what was predicted of them. */
export interface ConditionPredictions {
  /** clean, stylized or a corruption. */
  name: string;
  /** 1 to 5; null where there are none. */
  severity: number | null;
  /** Paths of the N images are relative to the data set they come from: `prefix + names[i]`. Of corrupted copies of the same
   * images the names are equal, the prefixes need not be. */
  prefix: string;
  names: readonly string[];
  /** [N], class numbers. */
  labels: readonly number[];
  branches: Partial<Record<EvaluatedBranch, PredictionColumns>>;
}

/** `evaluations/<name>.predictions.bin`: every image under every condition through every branch. */
export interface EvaluationPredictions {
  /** Names of the classes. */
  classes: readonly string[];
  readableNames?: ReadableNames;
  conditions: readonly ConditionPredictions[];
}

const magic = 'mixprop-predictions-1\n';

const headerSchema = z.lazy(() =>
  z.object({
    classes: z.array(z.string()),
    readableNames: z.record(z.string(), z.string()).optional(),
    lists: z.array(z.object({ names: z.array(z.string()), labels: z.array(z.int()) })),
    conditions: z.array(
      z.object({
        name: z.string(),
        severity: z.int().nullable(),
        prefix: z.string(),
        /** Index into `lists`. */
        list: z.int().min(0),
        branches: z.array(z.enum(evaluatedBranches)),
      }),
    ),
  }),
);
type Header = z.infer<typeof headerSchema>;

/**
 * Writes the file: a line that names the format, a line of JSON (classes, lists of images, conditions), padding to a multiple of 4,
 * and for each condition and branch [N] confidences as float32 and [N] predicted classes as uint16, little-endian, padded to 4.
 *
 * @throws RunWriteError
 */
export function writeEvaluationPredictions(file: string, { conditions, ...names }: EvaluationPredictions): void {
  const lists: Header['lists'] = [];
  const listOf = new Map<string, number>();
  const entries = conditions.map(({ name, severity, prefix, names, labels, branches }) => {
    const key = JSON.stringify([names, labels]);
    const list = listOf.get(key) ?? lists.push({ names: [...names], labels: [...labels] }) - 1;
    listOf.set(key, list);
    return { name, severity, prefix, list, branches: Object.keys(branches) as EvaluatedBranch[] };
  });
  writeAtomically(file, partsOf({ ...names, classes: [...names.classes], lists, conditions: entries }, conditions));
}

function* partsOf(header: Header, conditions: readonly ConditionPredictions[]): Iterable<Uint8Array> {
  const text = Buffer.from(`${magic}${JSON.stringify(header)}\n`);
  yield text;
  yield Buffer.alloc(paddingAfter(text.length));
  for (const { branches } of conditions) yield* Object.values(branches).map(blockOf);
}

function blockOf({ predicted, confidence }: PredictionColumns): Buffer {
  const block = Buffer.alloc(blockBytes(predicted.length));
  confidence.forEach((value, i) => {
    block.writeFloatLE(value, 4 * i);
  });
  predicted.forEach((value, i) => {
    block.writeUInt16LE(value, 4 * predicted.length + 2 * i);
  });
  return block;
}

/** @throws EvaluationError naming the file, if it cannot be read or is not of this kind */
export function readEvaluationPredictions(file: string): EvaluationPredictions {
  const damaged = (what: string) =>
    new EvaluationError(`${file} holds no predictions of an evaluation: ${what}; delete it and evaluate again`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw damaged(`it cannot be read: ${reasonOf(error)}`);
  }
  if (bytes.toString('latin1', 0, magic.length) !== magic) throw damaged('it begins with something else');
  const end = bytes.indexOf('\n', magic.length);
  let header: Header;
  try {
    header = headerSchema.parse(JSON.parse(bytes.toString('utf8', magic.length, end)));
  } catch {
    throw damaged('its header is damaged');
  }
  const { classes, readableNames, lists } = header;
  let at = end + 1 + paddingAfter(end + 1);
  const conditions = header.conditions.map(({ list, branches, ...condition }): ConditionPredictions => {
    const images = lists[list];
    if (images === undefined) throw damaged('its header is damaged');
    const count = images.names.length;
    const columns: ConditionPredictions['branches'] = {};
    for (const branch of branches) {
      if (at + blockBytes(count) > bytes.length) throw damaged('it is cut off');
      const [start, middle] = [at, at + 4 * count];
      columns[branch] = {
        confidence: Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(start + 4 * i)),
        predicted: Uint16Array.from({ length: count }, (_, i) => bytes.readUInt16LE(middle + 2 * i)),
      };
      at += blockBytes(count);
    }
    return { ...condition, ...images, branches: columns };
  });
  return { classes, ...(readableNames && { readableNames }), conditions };
}

/** Splits paths into what all begin with, up to a slash or a #, and the rest. */
export function splitPrefix(paths: readonly string[]): { prefix: string; names: string[] } {
  let shared = paths[0] ?? '';
  for (const path of paths) {
    let length = 0;
    while (length < shared.length && shared[length] === path[length]) length++;
    shared = shared.slice(0, length);
  }
  const prefix = shared.slice(0, Math.max(shared.lastIndexOf('/'), shared.lastIndexOf('#')) + 1);
  return { prefix, names: paths.map((path) => path.slice(prefix.length)) };
}

const paddingAfter = (bytes: number): number => (4 - (bytes % 4)) % 4;

const blockBytes = (count: number): number => 6 * count + paddingAfter(6 * count);
