/**
 * Spreads x [N, H, W, C] over zeros: out[n, offset + stride·i, offset + stride·j] = x[n, i, j], out [N, OH, OW, C]; what
 * falls outside is left out. Works on the rows [begin, end) of the N·OH output rows. With stride 1 it pads an image; with
 * the stride of a convolution it turns the gradient of the output into what a convolution with stride 1 needs.
 */
export function spread(
  x: usize,
  out: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
  offset: i32,
  begin: i32,
  end: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  const rowBytes = <usize>outWidth * pixelBytes;
  const columns = min(width, (outWidth - 1 - offset) / stride + 1);
  for (let row = begin; row < end; row++) {
    const target = out + <usize>row * rowBytes;
    const image = row / outHeight;
    const y = row - image * outHeight - offset;
    if (y < 0 || y % stride != 0 || y / stride >= height) {
      memory.fill(target, 0, rowBytes);
      continue;
    }
    const source = x + <usize>((image * height + y / stride) * width) * pixelBytes;
    const first = target + <usize>offset * pixelBytes;
    if (stride == 1) {
      memory.fill(target, 0, <usize>offset * pixelBytes);
      memory.copy(first, source, <usize>columns * pixelBytes);
      memory.fill(first + <usize>columns * pixelBytes, 0, <usize>(outWidth - offset - columns) * pixelBytes);
    } else {
      memory.fill(target, 0, rowBytes);
      for (let j = 0; j < columns; j++) {
        memory.copy(first + <usize>(j * stride) * pixelBytes, source + <usize>j * pixelBytes, pixelBytes);
      }
    }
  }
}
