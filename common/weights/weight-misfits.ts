/** In what a tensor of a file does not fit a network. Shapes are PyTorch's. */
export type Misfit = { name: string } & (
  | { kind: 'missing' | 'unknown' | 'not-finite' | 'negative' }
  | { kind: 'type'; is: string }
  | { kind: 'shape'; is: readonly number[]; needs: readonly number[] }
);

/** More misfits are summed up by kind. */
const maxListed = 10;
/** Misfits of a kind that are named then, at most. */
const maxExamples = 3;

const kinds = {
  missing: { one: 'is missing', many: 'tensors are missing' },
  unknown: { one: 'is not part of the network', many: 'tensors are not part of the network' },
  shape: { one: 'has the shape', many: 'tensors have another shape' },
  type: { one: 'has the type', many: 'tensors are not of floating point as it is read' },
  'not-finite': { one: 'has values that are NaN or infinite', many: 'tensors have values that are NaN or infinite' },
  negative: { one: 'has negative variances', many: 'tensors have negative variances' },
} satisfies Record<Misfit['kind'], { one: string; many: string }>;

/**
 * What does not fit, a line each, or summed up by kind where that is more than ten; before it what the file probably is.
 *
 * @param twice prefixes of two networks in the file
 */
export function misfitText(
  file: string,
  misfits: readonly Misfit[],
  { differences = [], twice }: { differences?: readonly string[]; twice?: readonly [string, string] } = {},
): string {
  const causes = [
    ...(twice ? [`it holds two networks, ${twice.map(quotedPrefix).join(' and ')}: keep the one that is meant`] : []),
    ...(isTransposed(misfits)
      ? ['its filters are [KH, KW, in, out] as in TensorFlow and Flax: PyTorch’s are tensor.permute(3, 2, 0, 1)']
      : []),
    ...partOfSeveral(file),
    ...differences,
  ];
  const lines =
    misfits.length <= maxListed
      ? misfits.map(line)
      : Object.keys(kinds).flatMap((kind) => summed(misfits.filter((misfit) => misfit.kind === kind)));
  return `${file} does not fit the network of the experiment:\n  ${[...causes, ...lines].join('\n  ')}`;
}

const quotedPrefix = (prefix: string) => (prefix === '' ? 'one without a prefix' : `one under "${prefix}"`);

const dimensions = (shape: readonly number[]) => `[${shape.join(', ')}]`;

function line(misfit: Misfit): string {
  const { one } = kinds[misfit.kind];
  if (misfit.kind === 'type')
    return `"${misfit.name}" ${one} ${misfit.is}: only F32, F64, F16 and BF16 are weights that are read`;
  if (misfit.kind !== 'shape') return `"${misfit.name}" ${one}`;
  return `"${misfit.name}" ${one} ${dimensions(misfit.is)}, the network needs ${dimensions(misfit.needs)}`;
}

/** Of one kind. */
function summed(misfits: readonly Misfit[]): string[] {
  if (misfits.length <= maxExamples) return misfits.map(line);
  const shown = misfits.slice(0, maxExamples).map((misfit) => {
    if (misfit.kind === 'type') return `"${misfit.name}" (${misfit.is})`;
    if (misfit.kind !== 'shape') return `"${misfit.name}"`;
    return `"${misfit.name}" (${dimensions(misfit.is)}, the network needs ${dimensions(misfit.needs)})`;
  });
  return [`${misfits.length} ${kinds[misfits[0].kind].many}: ${shown.join(', ')}, …`];
}

/** Whether filters have the shapes that TensorFlow's would. */
function isTransposed(misfits: readonly Misfit[]): boolean {
  const filters = misfits.filter((misfit) => misfit.kind === 'shape' && misfit.needs.length === 4);
  return (
    filters.length > 0 &&
    filters.every((misfit) => {
      if (misfit.kind !== 'shape') return false;
      const [out, input, height, width] = misfit.needs;
      return [height, width, input, out].join() === misfit.is.join();
    })
  );
}

/** "model-00001-of-00002.safetensors" */
function partOfSeveral(file: string): string[] {
  const [, part, parts] = /-(\d{5})-of-(\d{5})\.safetensors$/.exec(file) ?? [];
  return part === undefined
    ? []
    : [
        `it is part ${Number(part)} of ${Number(parts)} of a checkpoint: give its .safetensors.index.json to see how to put them together`,
      ];
}
