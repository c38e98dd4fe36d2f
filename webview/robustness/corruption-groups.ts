/** The corruptions in the benchmark's groups and order, as ImageNet-C names them. */
export const corruptionGroups: readonly { label: string; corruptions: readonly string[] }[] = [
  { label: 'Noise', corruptions: ['gaussian_noise', 'shot_noise', 'impulse_noise'] },
  { label: 'Blur', corruptions: ['defocus_blur', 'glass_blur', 'motion_blur', 'zoom_blur'] },
  { label: 'Weather', corruptions: ['snow', 'frost', 'fog', 'brightness'] },
  { label: 'Digital', corruptions: ['contrast', 'elastic_transform', 'pixelate', 'jpeg_compression'] },
  { label: 'Held out', corruptions: ['speckle_noise', 'gaussian_blur', 'spatter', 'saturate'] },
];

const heldOut = 'Held out';

/** The 15 of the benchmark: means are over these. */
export const commonCorruptions: ReadonlySet<string> = new Set(
  corruptionGroups.filter(({ label }) => label !== heldOut).flatMap(({ corruptions }) => corruptions),
);

const shortNames: Readonly<Record<string, string>> = { jpeg_compression: 'JPEG', elastic_transform: 'elastic' };

/** "gaussian noise", "JPEG". */
export function corruptionLabel(name: string): string {
  return shortNames[name] ?? name.replaceAll('_', ' ');
}

/** Names in the benchmark's order, with the group that each begins; those it does not know follow. */
export function orderedCorruptions(names: Iterable<string>): { name: string; group: string }[] {
  const present = new Set(names);
  const known = corruptionGroups.flatMap(({ label, corruptions }) =>
    corruptions.filter((name) => present.has(name)).map((name) => ({ name, group: label })),
  );
  const others = [...present].filter((name) => known.every((one) => one.name !== name)).sort();
  return [...known, ...others.map((name) => ({ name, group: 'Others' }))];
}
