import { enlarge } from '../../../common/panels/cam/picture/enlarge';
import { normalizeMap } from '../../../common/panels/cam/picture/normalize-map';
import { blend, colourMapPixels } from '../../../common/panels/cam/picture/overlay';
import { upsample } from '../../../common/panels/cam/picture/upsample';
import type { CellStyle } from '../../../webview/cam/cell-pixels';
import type { Grid } from '../../../webview/cam/explanation';
import type { Picture } from '../../../webview/cam/picture-store';

/** A map over its picture, pass by pass. @returns [side, side, 3], side the picture's size times `factor` */
export function overlayPixels(
  { pixels, size }: Picture,
  factor: number,
  { values, height, width }: Grid,
  { table, opacity, range }: CellStyle,
): Uint8Array {
  const side = size * factor;
  const map = upsample(normalizeMap(values, range), height, width, side, side);
  return blend(enlarge(pixels, size, factor), colourMapPixels(map, table), opacity);
}
