import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ObjectBox, ObjectBoxes } from './object-box';
import { parsePascalBoxes } from './pascal-boxes';
import { parseTinyImagenetBoxes } from './tiny-imagenet-boxes';

/** Finds the boxes of the images of a folder, in the places where ImageNet and Tiny-ImageNet keep them. */
export class BoxFinder {
  private readonly lists = new Map<string, ReadonlyMap<string, ObjectBox[]>>();

  /** @param root folder of the data set */
  constructor(private readonly root: string) {}

  /**
   * The boxes of an image, or undefined where there are none: from an XML file of the image's name beside it, or below
   * `Annotations/` (also in `CLS-LOC/`) with or without the image's folders; or from Tiny-ImageNet's `<class>_boxes.txt` or
   * `val_annotations.txt` beside the image or up to two folders up, where scripts leave it that sort the images.
   *
   * @param path of the image relative to the data set, with slashes
   * @throws AnnotationError where the image has a file that is malformed
   */
  find(path: string): ObjectBoxes | undefined {
    const stem = path.replace(/\.[^./]+$/, '');
    const name = basename(stem);
    const folders = dirname(stem).split('/');
    const annotated = ['Annotations', 'annotations', join('Annotations', 'CLS-LOC')];
    const places = [stem, ...annotated.flatMap((place) => tails(folders).map((tail) => join(place, ...tail, name)))];
    for (const place of places.flatMap((each) => [`${each}.xml`, `${each}.XML`])) {
      const file = join(this.root, place);
      if (existsSync(file)) return parsePascalBoxes(textOf(file), file);
    }
    return this.fromLists(path);
  }

  private fromLists(path: string): ObjectBoxes | undefined {
    let folder = dirname(path);
    for (let up = 0; up < 3 && folder !== '.'; up++, folder = dirname(folder)) {
      for (const list of [`${basename(folder)}_boxes.txt`, 'val_annotations.txt']) {
        const boxes = this.list(join(this.root, folder, list))?.get(basename(path));
        if (boxes) return { boxes };
      }
    }
    return undefined;
  }

  private list(file: string): ReadonlyMap<string, ObjectBox[]> | undefined {
    if (!this.lists.has(file)) {
      if (!existsSync(file)) return undefined;
      this.lists.set(file, parseTinyImagenetBoxes(textOf(file), file));
    }
    return this.lists.get(file);
  }
}

/** Without a byte-order mark. */
const textOf = (file: string): string => new TextDecoder().decode(readFileSync(file));

/** All tails of a list of folders: [val, n01440764], [n01440764], []. */
function tails(folders: readonly string[]): string[][] {
  return Array.from({ length: folders.length + 1 }, (_, i) => folders.slice(i));
}
