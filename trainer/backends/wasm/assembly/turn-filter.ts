/**
 * Turns a filter by 180° and swaps its channels: out[K−1−ky, K−1−kx, co, ci] = filter[ky, kx, ci, co], for the taps
 * [begin, end) of the K·K of them.
 */
export function turnFilter(
  filter: usize,
  out: usize,
  taps: i32,
  inChannels: i32,
  outChannels: i32,
  begin: i32,
  end: i32,
): void {
  const size = inChannels * outChannels;
  for (let tap = begin; tap < end; tap++) {
    const source = filter + ((<usize>(tap * size)) << 2);
    const target = out + ((<usize>((taps - 1 - tap) * size)) << 2);
    for (let ci = 0; ci < inChannels; ci++) {
      for (let co = 0; co < outChannels; co++) {
        store<f32>(
          target + ((<usize>(co * inChannels + ci)) << 2),
          load<f32>(source + ((<usize>(ci * outChannels + co)) << 2)),
        );
      }
    }
  }
}
