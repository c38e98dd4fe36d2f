/** A picture of more is no photo, but would fill the memory: 30,000 × 8,900 are read. */
export const maxPixels = 268_000_000;

/** A picture has more pixels than are read. */
export class PixelLimitError extends Error {
  override readonly name = 'PixelLimitError';

  constructor(width: number, height: number) {
    super(`has ${width} × ${height} pixels, more than the ${maxPixels / 1e6} million that are read: make it smaller`);
  }
}
