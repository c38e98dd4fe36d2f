/**
 * Bilinear upsampling with half-pixel centres and repeated edges, as OpenCV's `resize` (INTER_LINEAR).
 *
 * @param values [height, width], row by row
 * @returns [outHeight, outWidth]
 */
export function upsample(
  values: ArrayLike<number>,
  height: number,
  width: number,
  outHeight: number,
  outWidth: number,
): Float32Array {
  const rows = taps(height, outHeight);
  const columns = taps(width, outWidth);
  const result = new Float32Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    const upper = rows.first[y] * width;
    const lower = rows.second[y] * width;
    const down = rows.share[y];
    for (let x = 0; x < outWidth; x++) {
      const left = columns.first[x];
      const right = columns.second[x];
      const across = columns.share[x];
      const above = values[upper + left] + (values[upper + right] - values[upper + left]) * across;
      const below = values[lower + left] + (values[lower + right] - values[lower + left]) * across;
      result[y * outWidth + x] = above + (below - above) * down;
    }
  }
  return result;
}

/** For each output position along an axis: the two inputs that it lies between, and how near it is to the second. */
export function taps(inputs: number, outputs: number) {
  const first = new Int32Array(outputs);
  const second = new Int32Array(outputs);
  const share = new Float64Array(outputs);
  for (let i = 0; i < outputs; i++) {
    const position = Math.min(inputs - 1, Math.max(0, ((i + 0.5) * inputs) / outputs - 0.5));
    first[i] = Math.floor(position);
    second[i] = Math.min(inputs - 1, first[i] + 1);
    share[i] = position - first[i];
  }
  return { first, second, share };
}
