import { sizes } from './panel-state';

/** Beside and below a picture: padding, caption and note. */
const around = { width: 12, height: 46 };
/** What stands over the first row. */
const heads = 130;
/** So many rows are seen at once, at least: with half a row it is plain that there are more. */
const fewestRows = 2.5;
/** In a panel of this width there is room for the magnified picture beside the table. */
const magnified = { from: 1200, width: 374 };

/** Pictures get no smaller by themselves; in a narrow panel two branches of a run still fit beside the original. */
const least = { usual: 112, narrow: 72, below: 480 };

/**
 * The size of pictures that makes good use of a panel: as large as lets all columns, and a few rows, be seen at once.
 * @param panel its width and height in CSS pixels
 * @param columns that of the originals too
 * @returns in CSS pixels
 */
export function fittingSize(panel: { width: number; height: number }, columns: number): number {
  const width = panel.width >= magnified.from ? panel.width - magnified.width : panel.width;
  const byWidth = width / columns - around.width;
  const smallest = panel.width < least.below ? least.narrow : least.usual;
  const byHeight = (panel.height - heads) / fewestRows - around.height;
  return Math.round(Math.min(sizes.most, Math.max(smallest, Math.min(byWidth, byHeight))));
}
