import { join } from 'node:path';
import type { Branch } from '../weights/branch';
import { type NamedTensor, readSafetensors, SafetensorsError, writeSafetensors } from '../weights/safetensors';
import { epochFile, runPaths } from './run-folder';

/** Size of an epoch's class activation maps on the disk, at most; with more images, fewer classes are kept. */
export const maxExplainFileBytes = 8 * 2 ** 20;

const formatVersion = 1;

/** An image whose maps are stored. */
export interface StoredImage {
  /** Relative to the data set, or of a file elsewhere. */
  path: string;
  /** Index within the validation images, if it is one. */
  index?: number;
  /** Class number, if known. */
  label?: number;
}

/** What a branch says of the images. */
export interface StoredBranch {
  /** [images, classes] */
  logits: Float32Array;
  /** [images, kept, height, width]: class activation maps, rows from the top. */
  maps: Float32Array;
  /** [images, kept], the classes of the maps. */
  kept: Int32Array;
}

/** `explain/epoch-NNNN.safetensors`: what the chosen images' logits and maps were after an epoch. */
export interface ExplainFile {
  epoch: number;
  step: number;
  /** Names of the classes. */
  classes: readonly string[];
  images: readonly StoredImage[];
  height: number;
  width: number;
  branches: Partial<Record<Branch, StoredBranch>>;
}

/** The file that a running trainer writes when it is asked for the maps of this moment: derived, replaced each time. */
export function nowFilePath(folder: string): string {
  return join(runPaths(folder).explain, 'computed', 'now.safetensors');
}

/** The file of an epoch. */
export function explainFilePath(folder: string, epoch: number): string {
  return join(runPaths(folder).explain, epochFile(epoch));
}

/**
 * How many classes' maps fit into the file for each image and branch: all, or those with the largest logits.
 * @param positions height times width of a map
 */
export function keptClasses(images: number, branches: number, positions: number, classes: number): number {
  const fitting = Math.floor(maxExplainFileBytes / (4 * Math.max(1, images * branches * positions)));
  return Math.min(classes, Math.max(1, fitting));
}

/**
 * The maps of the classes that are kept: in class order where it is all, else the true class (if it is known) and those with
 * the largest logits.
 *
 * @param maps [images, height, width, classes]
 */
export function selectMaps(
  images: readonly StoredImage[],
  { logits, maps }: { logits: Float32Array; maps: Float32Array },
  kept: number,
): StoredBranch {
  const classes = logits.length / images.length;
  const positions = maps.length / logits.length;
  const result = {
    logits,
    maps: new Float32Array(images.length * kept * positions),
    kept: new Int32Array(images.length * kept),
  };
  for (const [image, { label }] of images.entries()) {
    const chosen = Array.from({ length: classes }, (_, i) => i);
    if (kept < classes) {
      const rank = (i: number) => (i === label ? Number.POSITIVE_INFINITY : logits[image * classes + i]);
      chosen.sort((a, b) => rank(b) - rank(a));
    }
    for (let k = 0; k < kept; k++) {
      result.kept[image * kept + k] = chosen[k];
      for (let at = 0; at < positions; at++) {
        const to = (image * kept + k) * positions + at;
        result.maps[to] = maps[(image * positions + at) * classes + chosen[k]];
      }
    }
  }
  return result;
}

/** @throws RunWriteError */
export function writeExplainFile(file: string, contents: ExplainFile): void {
  const { epoch, step, classes, images, height, width, branches } = contents;
  const tensors = new Map<string, NamedTensor>();
  for (const [branch, { logits, maps, kept }] of Object.entries(branches)) {
    const count = kept.length / images.length;
    tensors.set(`${branch}.logits`, { shape: [images.length, classes.length], values: logits });
    tensors.set(`${branch}.maps`, { shape: [images.length, count, height, width], values: maps });
    tensors.set(`${branch}.classes`, { shape: [images.length, count], values: Float32Array.from(kept) });
  }
  const metadata = {
    format: 'mixprop-explain',
    formatVersion: String(formatVersion),
    epoch: String(epoch),
    step: String(step),
    classes: JSON.stringify(classes),
    images: JSON.stringify(images),
  };
  writeSafetensors(file, { tensors, metadata });
}

/** @throws SafetensorsError naming the file and what is wrong with it */
export function readExplainFile(file: string): ExplainFile {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata.format !== 'mixprop-explain') {
    throw new SafetensorsError(`${file} holds no class activation maps: its format is ${metadata.format ?? 'unnamed'}`);
  }
  if (Number(metadata.formatVersion) > formatVersion) {
    throw new SafetensorsError(
      `${file} has format version ${metadata.formatVersion}, which needs a newer MixProp Studio`,
    );
  }
  const classes = parsed<string[]>(file, 'classes', metadata.classes);
  const images = parsed<StoredImage[]>(file, 'images', metadata.images);
  const branches: ExplainFile['branches'] = {};
  let size: [height: number, width: number] | undefined;
  for (const branch of ['main', 'aux'] as const) {
    const [logits, maps, kept] = ['logits', 'maps', 'classes'].map((part) => tensors.get(`${branch}.${part}`));
    if (!logits && !maps && !kept) continue;
    const isWhole =
      logits?.shape.join() === [images.length, classes.length].join() &&
      maps?.shape.length === 4 &&
      kept?.shape.join() === maps.shape.slice(0, 2).join() &&
      maps.shape[0] === images.length;
    if (!isWhole) throw new SafetensorsError(`${file}: the tensors of ${branch} do not fit its images and classes`);
    size = [maps.shape[2], maps.shape[3]];
    branches[branch] = { logits: logits.values, maps: maps.values, kept: Int32Array.from(kept.values) };
  }
  if (!size) throw new SafetensorsError(`${file} has maps of no branch`);
  const [height, width] = size;
  return { epoch: Number(metadata.epoch), step: Number(metadata.step), classes, images, height, width, branches };
}

function parsed<T>(file: string, key: string, json: string | undefined): T {
  try {
    const value: unknown = JSON.parse(json ?? '');
    if (Array.isArray(value)) return value as T;
  } catch {
    // Reported below.
  }
  throw new SafetensorsError(`${file}: its metadata "${key}" are damaged`);
}

/** The map of an image for a class, [height, width]; undefined where it was not kept. */
export function storedMap(
  { height, width, images, branches }: ExplainFile,
  branch: Branch,
  image: number,
  classIndex: number,
): Float32Array | undefined {
  const stored = branches[branch];
  if (!stored) return undefined;
  const count = stored.kept.length / images.length;
  const row = stored.kept.subarray(image * count, (image + 1) * count);
  const k = row.indexOf(classIndex);
  if (k === -1) return undefined;
  const start = (image * count + k) * height * width;
  return stored.maps.subarray(start, start + height * width);
}
