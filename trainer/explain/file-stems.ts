import { withoutImageEnding } from '../../common/files/image-endings';

/**
 * Names of files about images, on every platform: "validation-circle-000012" for "validation/circle/000012". Other images whose
 * names would be the same, such as cat.png after cat.jpg, are numbered.
 */
export function fileStems(paths: readonly string[]): string[] {
  const stems = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of new Set(paths)) {
    const stem = withoutImageEnding(path)
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+/, '');
    let name = stem;
    // Some file systems take capital letters for small ones.
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}`;
    taken.add(name.toLowerCase());
    stems.set(path, name);
  }
  return paths.map((path) => stems.get(path)!);
}
