/**
 * Gradient of max pooling (window × window, given stride and padding) of x [N, H, W, C] with dy [N, OH, OW, C], for the
 * images [begin, end). The first maximum of a window, row by row, gets its gradient, as in PyTorch.
 */
export function maxPoolGradient(
  dy: usize,
  x: usize,
  dx: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  window: i32,
  stride: i32,
  padding: i32,
  begin: i32,
  end: i32,
): void {
  const imageSize = height * width * channels;
  for (let n = begin; n < end; n++) {
    const source = x + ((<usize>(n * imageSize)) << 2);
    const target = dx + ((<usize>(n * imageSize)) << 2);
    memory.fill(target, 0, (<usize>imageSize) << 2);
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * stride - padding;
      const y0 = max(top, 0);
      const y1 = min(top + window, height);
      for (let ox = 0; ox < outWidth; ox++) {
        const left = ox * stride - padding;
        const x0 = max(left, 0);
        const x1 = min(left + window, width);
        const gradient = dy + ((<usize>(((n * outHeight + oy) * outWidth + ox) * channels)) << 2);
        for (let c = 0; c < channels; c++) {
          let best: f32 = -f32.MAX_VALUE;
          let where = (y0 * width + x0) * channels + c;
          for (let i = y0; i < y1; i++) {
            for (let j = x0; j < x1; j++) {
              const at = (i * width + j) * channels + c;
              const value = load<f32>(source + ((<usize>at) << 2));
              if (value > best) {
                best = value;
                where = at;
              }
            }
          }
          const to = target + ((<usize>where) << 2);
          store<f32>(to, load<f32>(to) + load<f32>(gradient + ((<usize>c) << 2)));
        }
      }
    }
  }
}
