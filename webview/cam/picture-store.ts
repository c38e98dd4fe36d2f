import type { CamInput, CamPictures } from '../../common/panels/cam/cam-contract';
import { bitmapOf } from '../shared/base64';

/** A picture as the network sees it: [size, size, 3], RGB. */
export interface Picture {
  pixels: Uint8Array;
  size: number;
}

/** A picture that can be decoded. Equal pictures of several runs are one. */
export interface StoredPicture {
  state: 'stored';
  /** Another for other contents. */
  id: number;
  /** In base64. */
  png: string;
  size: number;
}

export type PictureState = StoredPicture | { state: 'missing'; message: string };

export interface PictureHandlers {
  /** There is more to draw, or a picture turned out to be damaged. */
  onDecoded(isDamaged: boolean): void;
  /** The pictures of a changed input were dropped: they have to come again. */
  onForgotten(runKey: string, input: CamInput): void;
}

/** Pictures by path, of a run's images as they are or changed. */
interface PictureSet {
  runKey: string;
  input: CamInput | undefined;
  byPath: Map<string, StoredPicture>;
}

/** Decoded pictures in memory, all together; the others are kept as PNG. */
const mostBytes = 48 * 2 ** 20;
/** PNGs of changed inputs, all together, in characters. Those of the images as they are stay. */
const mostCharacters = 48 * 2 ** 20;

/** The pictures of all runs' images, decoded when they are drawn. */
export class PictureStore {
  /** By run and input, the latest used last. */
  private readonly sets = new Map<string, PictureSet>();
  /** By contents. */
  private readonly distinct = new Map<string, StoredPicture>();
  /** By run and input, then by path: why there is no picture, or no map. */
  private readonly problems = new Map<string, ReadonlyMap<string, string>>();
  private readonly damaged = new WeakSet<StoredPicture>();
  private readonly inMemory = new Map<StoredPicture, Picture>();
  private readonly underWay = new Set<StoredPicture>();
  private bytes = 0;
  private nextId = 1;

  constructor(
    private readonly handlers: PictureHandlers,
    private readonly decode: (png: string, size: number) => Promise<Uint8Array> = pixelsOf,
  ) {}

  receive({ runKey, input, imageSize, pictures, problems }: CamPictures): void {
    const key = keyOf(runKey, input);
    const set = this.sets.get(key) ?? { runKey, input, byPath: new Map<string, StoredPicture>() };
    this.sets.delete(key);
    this.sets.set(key, set);
    for (const { path, png } of pictures) set.byPath.set(path, this.only(png, imageSize));
    this.problems.set(key, new Map(problems.map(({ image, message }) => [image, message])));
    this.forgetOldest(input);
  }

  /** What there is of a picture; decodes nothing. */
  find(runKey: string, input: CamInput | undefined, path: string): PictureState {
    const key = keyOf(runKey, input);
    const set = this.sets.get(key);
    const stored = set?.byPath.get(path);
    if (set !== undefined && input !== undefined) {
      this.sets.delete(key);
      this.sets.set(key, set);
    }
    if (stored === undefined) {
      const isMade = input === undefined || this.sets.get(keyOf(runKey, undefined))?.byPath.has(path) !== true;
      if (this.problemOf(runKey, input, path) !== undefined) return { state: 'missing', message: unreadableWords };
      return { state: 'missing', message: isMade ? 'The image is missing.' : 'Not computed yet.' };
    }
    return this.damaged.has(stored) ? { state: 'missing', message: damagedWords } : stored;
  }

  /** A picture's pixels; undefined while it is being decoded, and for good if it cannot be. */
  decoded(stored: StoredPicture): Picture | undefined {
    const known = this.inMemory.get(stored);
    if (known !== undefined) {
      this.inMemory.delete(stored);
      this.inMemory.set(stored, known);
      return known;
    }
    if (!this.underWay.has(stored) && !this.damaged.has(stored)) {
      this.underWay.add(stored);
      void this.read(stored);
    }
    return undefined;
  }

  /** What is wrong with an image of a run and input, if anything. */
  problemOf(runKey: string, input: CamInput | undefined, path: string): string | undefined {
    return this.problems.get(keyOf(runKey, input))?.get(path);
  }

  /** The images of a run and input that there is no picture or no map of, and why. */
  problemsOf(runKey: string, input: CamInput | undefined): ReadonlyMap<string, string> {
    const key = keyOf(runKey, input);
    const stored = this.sets.get(key)?.byPath ?? [];
    const damaged = [...stored].filter(([, picture]) => this.damaged.has(picture));
    return new Map([
      ...(this.problems.get(key) ?? []),
      ...damaged.map(([path]): [string, string] => [path, damagedWords]),
    ]);
  }

  clear(): void {
    this.sets.clear();
    this.distinct.clear();
    this.problems.clear();
    this.inMemory.clear();
    this.bytes = 0;
  }

  /** The one picture of these contents. */
  private only(png: string, size: number): StoredPicture {
    const known = this.distinct.get(png);
    if (known !== undefined) return known;
    const stored: StoredPicture = { state: 'stored', id: this.nextId++, png, size };
    this.distinct.set(png, stored);
    return stored;
  }

  /** @param latest is kept whatever its size */
  private forgetOldest(latest: CamInput | undefined): void {
    const changed = [...this.sets].filter(([, { input }]) => input !== undefined);
    const charactersOf = (sets: typeof changed) => {
      const each = new Set(sets.flatMap(([, { byPath }]) => [...byPath.values()]));
      return [...each].reduce((sum, { png }) => sum + png.length, 0);
    };
    const before = changed.length;
    while (changed.length > 0 && charactersOf(changed) > mostCharacters) {
      const oldest = changed.findIndex(([, { input }]) => keyOf('', input) !== keyOf('', latest));
      if (oldest === -1) break;
      const [[key, { runKey, input }]] = changed.splice(oldest, 1) as [[string, PictureSet]];
      this.sets.delete(key);
      this.handlers.onForgotten(runKey, input!);
    }
    if (changed.length === before) return;
    const used = new Set([...this.sets.values()].flatMap(({ byPath }) => [...byPath.values()]));
    for (const [png, stored] of this.distinct) if (!used.has(stored)) this.distinct.delete(png);
    for (const [stored, { pixels }] of this.inMemory) {
      if (used.has(stored)) continue;
      this.inMemory.delete(stored);
      this.bytes -= pixels.length;
    }
  }

  private async read(stored: StoredPicture): Promise<void> {
    const { png, size } = stored;
    try {
      const pixels = await this.decode(png, size);
      // It may have been dropped meanwhile.
      if (this.distinct.get(png) !== stored) return;
      this.inMemory.set(stored, { pixels, size });
      this.bytes += pixels.length;
      for (const [oldest, { pixels: dropped }] of this.inMemory) {
        if (this.bytes <= mostBytes || oldest === stored) break;
        this.inMemory.delete(oldest);
        this.bytes -= dropped.length;
      }
    } catch {
      this.damaged.add(stored);
    } finally {
      this.underWay.delete(stored);
      this.handlers.onDecoded(this.damaged.has(stored));
    }
  }
}

const damagedWords = 'The picture is damaged.';
/** Why has no room in its place. */
const unreadableWords = 'The image cannot be read.';

/** [size, size, 3] */
async function pixelsOf(png: string, size: number): Promise<Uint8Array> {
  const bitmap = await bitmapOf(png);
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, size, size);
  const pixels = new Uint8Array(size * size * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
    pixels[to] = data[from]!;
    pixels[to + 1] = data[from + 1]!;
    pixels[to + 2] = data[from + 2]!;
  }
  return pixels;
}

const keyOf = (runKey: string, input: CamInput | undefined): string =>
  JSON.stringify([runKey, input === undefined ? '' : `${input.corruption} ${input.severity}`]);
