import type { Theme } from './theme';

export const markers = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'crossRot'] as const;
export type Marker = (typeof markers)[number];

/** How a run's lines look: colour and, for those who cannot rely on it, a marker. */
export interface RunStyle {
  colour: string;
  marker: Marker;
}

/**
 * The look of a run by its index. Colours repeat after the palette's end; markers are shifted by one then, so that no two
 * of the first runs share both.
 */
export function runStyle(index: number, theme: Pick<Theme, 'runColours'>): RunStyle {
  const count = theme.runColours.length;
  return {
    colour: theme.runColours[index % count]!,
    marker: markers[(index + Math.floor(index / count)) % markers.length]!,
  };
}

/** Gives each run without an index the lowest free one; runs that have one keep it. */
export function assignStyles(runIds: readonly string[], known: Readonly<Record<string, number>>): Record<string, number> {
  const styles: Record<string, number> = {};
  for (const runId of runIds) {
    const index = known[runId];
    if (index !== undefined) styles[runId] = index;
  }
  const used = new Set(Object.values(styles));
  let next = 0;
  for (const runId of runIds) {
    if (styles[runId] !== undefined) continue;
    while (used.has(next)) next++;
    used.add(next);
    styles[runId] = next;
  }
  return styles;
}
