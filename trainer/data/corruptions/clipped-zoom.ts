import { roundHalfToEven } from '../images/resize';

/** Where a zoomed line reads: output i is between inputs first[i] and first[i] + 1, at `fraction[i]` of the way. */
export interface ZoomLine {
  first: Int32Array;
  fraction: Float64Array;
}

/** Samples of a line of `size` that its zoom shows: the middle. */
export function zoomCrop(size: number, factor: number): { start: number; length: number } {
  const length = Math.ceil(size / factor);
  return { start: Math.floor((size - length) / 2), length };
}

/**
 * Zooming the middle of a line to its whole size, as SciPy's `zoom` of order 1 does: ends meet ends, and what is too long is
 * trimmed on both sides. Indices count within the crop of `zoomCrop`.
 */
function zoomLine(size: number, factor: number): ZoomLine {
  const { length } = zoomCrop(size, factor);
  const zoomed = roundHalfToEven(length * factor);
  const trim = Math.max(0, Math.floor((zoomed - size) / 2));
  const scale = zoomed > 1 ? (length - 1) / (zoomed - 1) : 0;
  const first = new Int32Array(size);
  const fraction = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const place = Math.min(length - 1, (i + trim) * scale);
    first[i] = Math.max(0, Math.min(length - 2, Math.floor(place)));
    fraction[i] = length > 1 ? place - first[i] : 0;
  }
  return { first, fraction };
}

/**
 * Adds a zoomed picture to `total`.
 * @param source values of the whole picture, [height, width, channels]
 * @param total [height, width, channels]
 */
export function addClippedZoom(
  source: ArrayLike<number>,
  width: number,
  height: number,
  channels: number,
  factor: number,
  total: Float32Array,
): void {
  const { start: left } = zoomCrop(width, factor);
  const { start: top, length: rows } = zoomCrop(height, factor);
  const across = zoomLine(width, factor);
  const down = zoomLine(height, factor);
  const stride = width * channels;
  const wide = new Float32Array(rows * stride);
  const next = width > 1 ? channels : 0;
  for (let y = 0; y < rows; y++) {
    const row = (top + y) * stride + left * channels;
    let to = y * stride;
    for (let x = 0; x < width; x++) {
      const fraction = across.fraction[x];
      let from = row + across.first[x] * channels;
      for (let channel = 0; channel < channels; channel++, from++, to++) {
        const value = source[from];
        wide[to] = value + fraction * (source[from + next] - value);
      }
    }
  }
  for (let y = 0; y < height; y++) {
    const fraction = down.fraction[y];
    let from = down.first[y] * stride;
    const step = rows > 1 ? stride : 0;
    const end = (y + 1) * stride;
    for (let to = y * stride; to < end; to++, from++) {
      const value = wide[from];
      total[to] += value + fraction * (wide[from + step] - value);
    }
  }
}
