import type { CamInput, CamPictures } from '../protocol';

/** A picture as the network sees it: [size, size, 3], RGB. */
export interface Picture {
  pixels: Uint8Array;
  size: number;
}

export type PictureState =
  | { state: 'loading' }
  | { state: 'ready'; picture: Picture }
  | { state: 'missing'; message: string };

/** Decoded pictures in memory, all together; the others are kept as PNG. */
const mostBytes = 48 * 2 ** 20;

/** The pictures of all runs' images, decoded when they are drawn. */
export class PictureStore {
  private readonly encoded = new Map<string, { png: string; size: number }>();
  private readonly problems = new Map<string, string>();
  private readonly decoded = new Map<string, Picture>();
  private readonly underWay = new Set<string>();
  private bytes = 0;

  /** @param onDecoded there is more to draw */
  constructor(private readonly onDecoded: () => void) {}

  receive({ runId, input, imageSize, pictures, problems }: CamPictures): void {
    for (const { path, png } of pictures) this.encoded.set(keyOf(runId, input, path), { png, size: imageSize });
    for (const { image, message } of problems) this.problems.set(keyOf(runId, undefined, image), message);
  }

  get(runId: string, input: CamInput | undefined, path: string): PictureState {
    const key = keyOf(runId, input, path);
    const known = this.decoded.get(key);
    if (known !== undefined) {
      this.decoded.delete(key);
      this.decoded.set(key, known);
      return { state: 'ready', picture: known };
    }
    const stored = this.encoded.get(key);
    if (stored === undefined) {
      const isMade = input === undefined || !this.encoded.has(keyOf(runId, undefined, path));
      const message =
        this.problems.get(keyOf(runId, undefined, path)) ?? (isMade ? 'The image is missing.' : 'Not computed yet.');
      return { state: 'missing', message };
    }
    if (!this.underWay.has(key)) {
      this.underWay.add(key);
      void this.decode(key, stored);
    }
    return { state: 'loading' };
  }

  /** The images of a run that there is no picture of, and why. */
  problemsOf(runId: string): [image: string, message: string][] {
    return [...this.problems].flatMap(([key, message]): [string, string][] => {
      const [run, , path] = JSON.parse(key) as [string, string, string];
      return run === runId ? [[path, message]] : [];
    });
  }

  clear(): void {
    this.encoded.clear();
    this.problems.clear();
    this.decoded.clear();
    this.bytes = 0;
  }

  private async decode(key: string, { png, size }: { png: string; size: number }): Promise<void> {
    try {
      const pixels = await pixelsOf(png, size);
      if (!this.encoded.has(key)) return;
      this.decoded.set(key, { pixels, size });
      this.bytes += pixels.length;
      for (const [oldest, { pixels: dropped }] of this.decoded) {
        if (this.bytes <= mostBytes) break;
        this.decoded.delete(oldest);
        this.bytes -= dropped.length;
      }
    } catch {
      this.encoded.delete(key);
      this.problems.set(key, 'The picture is damaged.');
    } finally {
      this.underWay.delete(key);
      this.onDecoded();
    }
  }
}

/** Decodes without changing colours. The content security policy allows no image elements with data in them. */
async function pixelsOf(png: string, size: number): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), { colorSpaceConversion: 'none' });
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, size, size);
  const pixels = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = data[4 * i + channel]!;
  }
  return pixels;
}

const keyOf = (runId: string, input: CamInput | undefined, path: string): string =>
  JSON.stringify([runId, input === undefined ? '' : `${input.corruption} ${input.severity}`, path]);
