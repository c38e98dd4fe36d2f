import { join } from 'node:path';
import type { FolderContents } from '../../../common/dataset/dataset-folder';
import { isImageName, isUnreadImageName } from '../../../common/files/image-endings';

/** Why a file or folder in a folder of images is not read. */
export type PassedOverReason = 'hidden' | 'text' | 'other' | 'unlisted' | 'copy' | 'cycle' | Refusal;
/** Reasons that would drop images: whoever uses the folder is refused. */
type Refusal = 'format' | 'classless' | 'name' | 'link';

/** What was passed over for one reason. */
export interface PassedOverCount {
  reason: PassedOverReason;
  count: number;
  /** Some of them, relative to the data set's folder. */
  examples: string[];
}

/** What they are called where they are counted. */
export const passedOverNames: Record<PassedOverReason, string> = {
  hidden: 'hidden files and folders',
  text: 'text and annotation files',
  other: 'files that do not have the name of an image',
  unlisted: 'folders of classes that are not asked for',
  copy: 'copies of images that lie in class folders too',
  cycle: 'links back to a folder that they lie in',
  format: 'pictures in formats that are not read',
  classless: 'images that lie beside the class folders',
  name: 'names that are not UTF-8',
  link: 'broken links',
};

const textName = /\.(?:xml|txt|json|jsonl|csv|tsv|md|rst|ya?ml|html?|mat|npy|log)$|^(?:README|LICENSE)$/i;
const examplesKept = 10;

/** Counts what a folder of images holds besides. */
export class PassedOver {
  private readonly found = new Map<PassedOverReason, PassedOverCount>();
  private readonly formats = new Map<string, number>();

  /** @param root absolute path of the data set's folder */
  constructor(private readonly root: string) {}

  /** @param path relative to the data set's folder */
  add(reason: PassedOverReason, path: string): void {
    const entry = this.found.get(reason) ?? { reason, count: 0, examples: [] };
    this.found.set(reason, entry);
    entry.count++;
    if (entry.examples.length < examplesKept) entry.examples.push(path);
  }

  /** Counts all of a folder that is neither a file nor a folder to look into. */
  addRest({ hidden, brokenLinks, unreadableNames }: FolderContents, folder: string): void {
    const before = folder === '' ? '' : `${folder}/`;
    for (const name of hidden) this.add('hidden', before + name);
    for (const name of brokenLinks) this.add('link', before + name);
    for (const { shown, isFolder } of unreadableNames) {
      if (isFolder || isImageName(shown) || isUnreadImageName(shown)) this.add('name', before + shown);
      else this.addFile(before + shown, shown);
    }
  }

  /** Counts a file that is no image by its name. */
  addFile(path: string, name: string): void {
    if (isUnreadImageName(name)) {
      const ending = name.slice(name.lastIndexOf('.')).toLowerCase();
      this.formats.set(ending, (this.formats.get(ending) ?? 0) + 1);
      this.add('format', path);
    } else this.add(textName.test(name) ? 'text' : 'other', path);
  }

  /** In the order of `passedOverNames`. */
  counts(): PassedOverCount[] {
    return (Object.keys(passedOverNames) as PassedOverReason[]).flatMap((reason) => this.found.get(reason) ?? []);
  }

  /** Sentences about what would be lost, each with number, examples and remedy. */
  problems(): string[] {
    const { root } = this;
    const formats = Array.from(this.formats, ([ending, count]) => `${count} ${ending}`).join(', ');
    const sentences: Record<Refusal, (count: number, example: string) => string> = {
      format: (count, example) =>
        `${count} ${count === 1 ? 'picture' : 'pictures'} in ${root} cannot be read (${formats}), such as ${example}: convert to PNG or JPEG, or move away`,
      classless: (count, example) =>
        `${count} ${count === 1 ? 'image lies' : 'images lie'} beside the class folders of ${root}, such as ${example}, in no class: sort into class folders, or move away`,
      name: (count) =>
        `${count} ${count === 1 ? 'name' : 'names'} in ${root} cannot be read because ${count === 1 ? 'it is' : 'they are'} not UTF-8 (${this.examplesOf('name')}): rename`,
      link: (count, example) =>
        `${count} ${count === 1 ? 'link' : 'links'} in ${root} ${count === 1 ? 'leads' : 'lead'} nowhere, such as ${example}: restore what is linked to, or remove`,
    };
    return (Object.keys(sentences) as Refusal[]).flatMap((reason) => {
      const entry = this.found.get(reason);
      return entry ? [sentences[reason](entry.count, join(root, entry.examples[0]))] : [];
    });
  }

  /**
   * One line about what somebody may have meant to be read; undefined where there is no such thing.
   * @param more reasons that count
   */
  warning(...more: PassedOverReason[]): string | undefined {
    const parts = (['other', 'cycle', ...more] as const).flatMap((reason) => {
      const entry = this.found.get(reason);
      return entry ? [`${passedOverNames[reason]}: ${entry.count} (${this.examplesOf(reason, 3)})`] : [];
    });
    return parts.length === 0 ? undefined : `passed over in ${this.root}, ${parts.join('; ')}`;
  }

  private examplesOf(reason: PassedOverReason, shown = examplesKept): string {
    const { count, examples } = this.found.get(reason)!;
    return `${examples.slice(0, shown).join(', ')}${count > shown ? ', …' : ''}`;
  }
}
