import type { CamInput, CamPictures } from '../../common/panels/cam/cam-contract';
import { type Answer, AnswerStore } from '../shared/answer-store';
import { bitmapOf } from '../shared/base64';

/** A picture as the network sees it: [size, size, 3], RGB. */
export interface Picture {
  pixels: Uint8Array;
  size: number;
}

/** A picture that can be decoded. Equal pictures of several runs are one. */
export interface StoredPicture {
  state: 'stored';
  /** Other contents have another one. */
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

/** Of all decoded pictures; the others are kept as PNG. */
const maxBytes = 48 * 2 ** 20;
/** Of all PNGs of changed inputs. Those of the images as they are always stay. */
const maxCharacters = 48 * 2 ** 20;

/** The pictures of all runs' images, decoded when they are drawn. */
export class PictureStore {
  /** By run and input, the latest used last. */
  private readonly sets = new Map<string, PictureSet>();
  /** By contents. */
  private readonly distinct = new Map<string, StoredPicture>();
  /** By run and input, then by path: why there is no picture, or no map. */
  private readonly problems = new Map<string, ReadonlyMap<string, string>>();
  /** By id. */
  private readonly decodings: AnswerStore<Picture>;
  private nextId = 1;

  constructor(
    private readonly handlers: PictureHandlers,
    private readonly decode: (png: string, size: number) => Promise<Uint8Array> = pixelsOf,
  ) {
    const settled = ({ state }: Answer<Picture>) => handlers.onDecoded(state === 'failed');
    this.decodings = new AnswerStore(settled, maxBytes, ({ pixels }) => pixels.length);
  }

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
    return this.isDamaged(stored) ? { state: 'missing', message: damagedWords } : stored;
  }

  /** A picture's pixels; undefined while it is being decoded, and always if it cannot be. */
  decoded(stored: StoredPicture): Picture | undefined {
    const answer = this.decodings.getOrLoad(String(stored.id), async () => {
      return { pixels: await this.decode(stored.png, stored.size), size: stored.size };
    });
    return answer.state === 'ready' ? answer.value : undefined;
  }

  /** What is wrong with an image of a run and input, if anything. */
  problemOf(runKey: string, input: CamInput | undefined, path: string): string | undefined {
    return this.problems.get(keyOf(runKey, input))?.get(path);
  }

  /** The images of a run and input that there is no picture or no map of, and why. */
  problemsOf(runKey: string, input: CamInput | undefined): ReadonlyMap<string, string> {
    const key = keyOf(runKey, input);
    const stored = this.sets.get(key)?.byPath ?? [];
    const damaged = [...stored].filter(([, picture]) => this.isDamaged(picture));
    return new Map([
      ...(this.problems.get(key) ?? []),
      ...damaged.map(([path]): [string, string] => [path, damagedWords]),
    ]);
  }

  clear(): void {
    this.sets.clear();
    this.distinct.clear();
    this.problems.clear();
    this.decodings.clear();
  }

  private isDamaged({ id }: StoredPicture): boolean {
    return this.decodings.hasFailed(String(id));
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
    while (changed.length > 0 && charactersOf(changed) > maxCharacters) {
      const oldest = changed.findIndex(([, { input }]) => keyOf('', input) !== keyOf('', latest));
      if (oldest === -1) break;
      const [[key, { runKey, input }]] = changed.splice(oldest, 1) as [[string, PictureSet]];
      this.sets.delete(key);
      this.handlers.onForgotten(runKey, input!);
    }
    if (changed.length === before) return;
    const used = new Set([...this.sets.values()].flatMap(({ byPath }) => [...byPath.values()]));
    for (const [png, stored] of this.distinct) {
      if (used.has(stored)) continue;
      this.distinct.delete(png);
      this.decodings.forget((id) => id === String(stored.id));
    }
  }
}

const damagedWords = 'The picture is damaged.';
/** Its place has no room for why. */
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
