/** Of a tensor whose last axis is the channels. */
export function channelsAndRows(shape: readonly number[]): { channels: number; rows: number } {
  const channels = shape[shape.length - 1];
  return { channels, rows: shape.slice(0, -1).reduce((product, length) => product * length, 1) };
}

/** Stride and padding of a convolution or pool: our layers have the same on both axes, on both sides. */
export function squareWindow(strides: number | number[], pad: unknown): { stride: number; padding: number } {
  if (pad !== 'valid' && typeof pad !== 'number')
    throw new Error(`convolutions and pools here need a symmetric padding, not ${String(pad)}`);
  return { stride: [strides].flat()[0], padding: pad === 'valid' ? 0 : pad };
}
