import { decodeFiles } from './decode-pool';

/** How many images there are of each size in pixels, the most frequent first. */
export type ImageSizes = { width: number; height: number; images: number }[];

/** An image file, by its absolute path, and what is wrong with it (a predicate). */
export interface BrokenFile {
  file: string;
  error: string;
}

/** What decoding the files of a data set shows. */
export class DecodedFiles {
  /** Files that cannot be decoded. */
  readonly broken: BrokenFile[] = [];
  private readonly counts = new Map<string, ImageSizes[number]>();

  /**
   * Decodes files, whose pixels are not kept.
   * @param files absolute paths
   * @throws the signal's reason when it is aborted
   */
  async add(files: readonly string[], onProgress: (done: number) => void, signal: AbortSignal): Promise<void> {
    const results = await decodeFiles(files, { target: null, stopAtError: false, onProgress, signal });
    for (const [i, result] of results.entries()) {
      if ('error' in result) {
        this.broken.push({ file: files[i], error: result.error });
        continue;
      }
      const { width, height } = result;
      const size = this.counts.get(`${width}×${height}`);
      if (size) size.images++;
      else this.counts.set(`${width}×${height}`, { width, height, images: 1 });
    }
  }

  get sizes(): ImageSizes {
    return [...this.counts.values()].sort((a, b) => b.images - a.images);
  }
}

/** Above this number, files with one kind of problem share a sentence. */
const maxNamed = 10;

/** Sentences about broken files: where many have one kind of problem, one about all of them that names the first. */
export function sumUpBroken(broken: readonly BrokenFile[]): string[] {
  const kinds = new Map<string, BrokenFile[]>();
  for (const each of broken) {
    // Without what differs from file to file: sizes, first bytes.
    const kind = each.error.replace(/\(.*\)|\d+/g, '');
    const alike = kinds.get(kind);
    if (alike) alike.push(each);
    else kinds.set(kind, [each]);
  }
  return Array.from(kinds.values()).flatMap((alike) => {
    if (alike.length <= maxNamed) return alike.map(({ file, error }) => `${file} ${error}; replace or remove it`);
    const others = alike.slice(1, maxNamed).map(({ file }) => file);
    return `${alike.length} files have one kind of problem: ${alike[0].file} ${alike[0].error}; replace or remove them, likewise ${others.join(', ')} and ${alike.length - maxNamed} more (--json names all)`;
  });
}
