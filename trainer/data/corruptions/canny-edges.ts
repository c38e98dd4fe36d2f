/** tan 22.5° in 15-bit fixed point. */
const tangent = 13_573;

/**
 * Edges as OpenCV's `Canny(picture, low, high)` finds them: Sobel derivatives of 3 × 3 with the border repeated, |dx| + |dy|,
 * thinned across the gradient, and weak edges kept where they touch strong ones.
 *
 * @param picture [height, width]
 * @returns 1 on edges: [height, width]
 */
export function cannyEdges(picture: Uint8Array, width: number, height: number, low: number, high: number): Uint8Array {
  const count = width * height;
  const gradientX = new Int16Array(count);
  const gradientY = new Int16Array(count);
  // A row and column of zeros all around.
  const stride = width + 2;
  const magnitude = new Int32Array(stride * (height + 2));
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const row = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? x - 1 : 0;
      const right = x < width - 1 ? x + 1 : x;
      const a = picture[above + left];
      const c = picture[above + right];
      const g = picture[below + left];
      const i = picture[below + right];
      const dx = c - a + 2 * (picture[row + right] - picture[row + left]) + i - g;
      const dy = g - a + 2 * (picture[below + x] - picture[above + x]) + i - c;
      gradientX[row + x] = dx;
      gradientY[row + x] = dy;
      magnitude[(y + 1) * stride + x + 1] = (dx < 0 ? -dx : dx) + (dy < 0 ? -dy : dy);
    }
  }
  const edges = new Uint8Array(count);
  const strong: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      const strength = magnitude[at];
      if (strength <= low) continue;
      const pixel = y * width + x;
      if (!isRidge(magnitude, at, stride, gradientX[pixel], gradientY[pixel])) continue;
      if (strength > high) {
        edges[pixel] = 1;
        strong.push(pixel);
      } else edges[pixel] = weak;
    }
  }
  spread(edges, width, height, strong);
  for (let pixel = 0; pixel < count; pixel++) if (edges[pixel] === weak) edges[pixel] = 0;
  return edges;
}

const weak = 2;

/** Whether the magnitude is largest across the edge, whose direction is one of four. */
function isRidge(magnitude: Int32Array, at: number, stride: number, dx: number, dy: number): boolean {
  const strength = magnitude[at];
  const flat = Math.abs(dx) * tangent;
  const rise = Math.abs(dy) * 32_768;
  if (rise < flat) return strength > magnitude[at - 1] && strength >= magnitude[at + 1];
  if (rise > flat + Math.abs(dx) * 65_536)
    return strength > magnitude[at - stride] && strength >= magnitude[at + stride];
  const side = (dx ^ dy) < 0 ? -1 : 1;
  return strength > magnitude[at - stride - side] && strength > magnitude[at + stride + side];
}

/** Weak edges next to edges become edges, as far as they lead. */
function spread(edges: Uint8Array, width: number, height: number, open: number[]): void {
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const neighbour = row * width + column;
        if (edges[neighbour] !== weak) continue;
        edges[neighbour] = 1;
        open.push(neighbour);
      }
    }
  }
}
