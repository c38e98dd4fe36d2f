/**
 * Spreads x [N, H, W, C] over zeros: out[n, stride·i, stride·j] = x[n, i, j], out [N, OH, OW, C]. Works on the rows
 * [begin, end) of the N·OH output rows. Turns the gradient of a strided convolution into that of a convolution with
 * stride 1.
 */
export function dilate(
  x: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  begin: i32,
  end: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  const rowBytes = <usize>outWidth * pixelBytes;
  for (let row = begin; row < end; row++) {
    const target = out + <usize>row * rowBytes;
    memory.fill(target, 0, rowBytes);
    const image = row / outHeight;
    const y = row - image * outHeight;
    if (y % stride != 0 || y / stride >= height) continue;
    const source = x + <usize>((image * height + y / stride) * width) * pixelBytes;
    for (let j = 0; j < width; j++) {
      if (j * stride < outWidth)
        memory.copy(target + <usize>(j * stride) * pixelBytes, source + <usize>j * pixelBytes, pixelBytes);
    }
  }
}
