import { corruptionGroups } from '../../common/experiment/corruption-names';

const shortNames: Readonly<Record<string, string>> = { jpeg_compression: 'JPEG', elastic_transform: 'elastic' };

/** "gaussian noise", "JPEG". */
export function corruptionLabel(name: string): string {
  return shortNames[name] ?? name.replaceAll('_', ' ');
}

/** Names in the benchmark's order, each with its group; others follow. */
export function orderedCorruptions(names: Iterable<string>): { name: string; group: string }[] {
  const present = new Set(names);
  const known = Object.entries(corruptionGroups).flatMap(([group, corruptions]) =>
    corruptions.filter((name) => present.has(name)).map((name) => ({ name, group })),
  );
  const others = [...present].filter((name) => known.every((one) => one.name !== name)).sort();
  return [...known, ...others.map((name) => ({ name, group: 'Others' }))];
}
