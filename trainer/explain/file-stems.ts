import { withoutImageEnding } from '../../common/files/image-endings';

/**
 * File names for images, valid on every platform: "validation-circle-000012" for "validation/circle/000012". Names that would
 * repeat, such as cat.png after cat.jpg, are numbered.
 */
export function fileStems(paths: readonly string[]): string[] {
  const stems = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of new Set(paths)) {
    const stem = withoutImageEnding(path)
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+/, '');
    let name = stem;
    // Some file systems ignore case.
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}`;
    taken.add(name.toLowerCase());
    stems.set(path, name);
  }
  return paths.map((path) => stems.get(path)!);
}
