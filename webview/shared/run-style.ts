import type { Theme } from './theme';

export const markers = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'crossRot'] as const;
export type Marker = (typeof markers)[number];

/** How a run's lines look: colour and, for those who cannot rely on it, a marker. */
export interface RunStyle {
  colour: string;
  marker: Marker;
}

/** The look of a run by its index. Colours and markers repeat, a pair of both only after all pairs were used. */
export function runStyle(index: number, theme: Pick<Theme, 'runColours'>): RunStyle {
  const count = theme.runColours.length;
  const period = (count * markers.length) / greatestCommonDivisor(count, markers.length);
  return {
    colour: theme.runColours[index % count]!,
    marker: markers[(index + Math.floor(index / period)) % markers.length]!,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Gives each run without an index the lowest free one; runs that have one keep it. */
export function assignStyles(
  runKeys: readonly string[],
  known: Readonly<Record<string, number>>,
): Record<string, number> {
  const styles: Record<string, number> = {};
  for (const runKey of runKeys) {
    const index = known[runKey];
    if (index !== undefined) styles[runKey] = index;
  }
  const used = new Set(Object.values(styles));
  let next = 0;
  for (const runKey of runKeys) {
    if (styles[runKey] !== undefined) continue;
    while (used.has(next)) next++;
    used.add(next);
    styles[runKey] = next;
  }
  return styles;
}
