import { pictureSizes } from './panel-state';

/** Beside and below a picture: padding, caption and note. */
const around = { width: 12, height: 46 };
/** What stands over the first row. */
const heads = 130;
/** At least this many rows are seen at once: half a row shows that there are more. */
const minRows = 2.5;
/** In a panel of this width there is room for the magnified picture beside the table. */
const magnified = { from: 1200, width: 374 };

/** Pictures become no smaller than this to fit; in a panel narrower than `below` two branches fit beside the original. */
const minSize = { usual: 112, narrow: 72, below: 480 };

/**
 * The size of pictures that makes good use of a panel: as large as lets all columns, and a few rows, be seen at once.
 * @param panel its width and height in CSS pixels
 * @param columns that of the originals too
 * @returns in CSS pixels
 */
export function fittingSize(panel: { width: number; height: number }, columns: number): number {
  const width = panel.width >= magnified.from ? panel.width - magnified.width : panel.width;
  const byWidth = width / columns - around.width;
  const smallest = panel.width < minSize.below ? minSize.narrow : minSize.usual;
  const byHeight = (panel.height - heads) / minRows - around.height;
  return Math.round(Math.min(pictureSizes.max, Math.max(smallest, Math.min(byWidth, byHeight))));
}
