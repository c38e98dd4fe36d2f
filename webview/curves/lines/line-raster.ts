import type { Rgb } from '../../shared/colour-vision';

/** How a line looks. */
export interface LinePaint {
  colour: Rgb;
  /** Opacity in [0, 1]. */
  opacity: number;
  /** In pixels of the raster. */
  width: number;
  /** Lengths of dash and space along x, in pixels of the raster; without, the line is whole. */
  dash?: readonly [dash: number, space: number];
}

/**
 * Lines with more corners than the picture has columns, as pixels. A canvas that is drawn by the processor strokes every
 * corner; here a line is one span of pixels a column, with soft ends, which is a tenth of the work for the same picture.
 */
export class LineRaster {
  width = 0;
  height = 0;
  /** Column after column; alpha, blue, green, red from the highest byte, premultiplied. */
  private pixels = new Uint32Array(0);
  /** The current line's span in each column; low above high where it has none. */
  private low = new Float32Array(0);
  private high = new Float32Array(0);

  /** An empty raster. */
  begin(width: number, height: number): void {
    this.width = width;
    this.height = height;
    if (this.pixels.length < width * height) this.pixels = new Uint32Array(width * height);
    else this.pixels.fill(0, 0, width * height);
    if (this.low.length < width) {
      this.low = new Float32Array(width);
      this.high = new Float32Array(width);
    }
  }

  /** Begins another line above what is there. */
  beginLine(): void {
    this.low.fill(Number.POSITIVE_INFINITY, 0, this.width);
    this.high.fill(Number.NEGATIVE_INFINITY, 0, this.width);
  }

  /** The line covers a column between two heights, in pixels from the top. */
  cover(column: number, top: number, bottom: number): void {
    if (column < 0 || column >= this.width) return;
    if (top < this.low[column]!) this.low[column] = top;
    if (bottom > this.high[column]!) this.high[column] = bottom;
  }

  /**
   * The line goes straight from one place to another, in pixels of the raster; x ascends. Beyond the borders it is cut off, and
   * where a height is not finite there is none.
   */
  connect(x0: number, y0: number, x1: number, y1: number): void {
    const rise = y1 - y0;
    if (rise - rise !== 0) return;
    const first = Math.floor(x0);
    const last = Math.floor(x1);
    if (first === last) {
      this.cover(first, Math.min(y0, y1), Math.max(y0, y1));
      return;
    }
    const slope = rise / (x1 - x0);
    for (let column = Math.max(0, first), end = Math.min(this.width - 1, last); column <= end; column++) {
      const enter = column <= x0 ? y0 : y0 + (column - x0) * slope;
      const leave = column + 1 >= x1 ? y1 : y0 + (column + 1 - x0) * slope;
      this.cover(column, Math.min(enter, leave), Math.max(enter, leave));
    }
  }

  /** Gives the line its width, to the sides as well, and fills it. */
  endLine({ colour: [red, green, blue], opacity, width: lineWidth, dash }: LinePaint): void {
    const { low, high, width, height, pixels } = this;
    const colour = (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
    const radius = lineWidth / 2;
    const reach = Math.floor(radius + 1e-6);
    const period = dash === undefined ? 0 : dash[0] + dash[1];
    for (let column = 0; column < width; column++) {
      if (dash !== undefined && column % period >= dash[0]) continue;
      let top = Number.POSITIVE_INFINITY;
      let bottom = Number.NEGATIVE_INFINITY;
      const end = Math.min(width - 1, column + reach);
      for (let near = Math.max(0, column - reach); near <= end; near++) {
        if (low[near]! > high[near]!) continue;
        // A round pen: further to the side it reaches less far up.
        const along = Math.sqrt(radius * radius - (near - column) ** 2);
        if (low[near]! - along < top) top = low[near]! - along;
        if (high[near]! + along > bottom) bottom = high[near]! + along;
      }
      top = Math.max(0, top);
      bottom = Math.min(height, bottom);
      if (!(top < bottom)) continue;
      const firstRow = Math.floor(top);
      const lastRow = Math.ceil(bottom) - 1;
      const place = column * height;
      if (firstRow === lastRow) {
        blend(pixels, place + firstRow, colour, opacity * (bottom - top));
        continue;
      }
      blend(pixels, place + firstRow, colour, opacity * (firstRow + 1 - top));
      fill(pixels, place + firstRow + 1, place + lastRow, colour, opacity);
      blend(pixels, place + lastRow, colour, opacity * (bottom - lastRow));
    }
  }

  /** The pixels row by row: red, green, blue and alpha in [0, 255], not premultiplied, as a canvas takes them. */
  toImage(image: Uint8ClampedArray): void {
    const { width, height, pixels } = this;
    const target = new Uint32Array(image.buffer, image.byteOffset, width * height);
    for (let column = 0; column < width; column++) {
      for (let row = 0, place = column * height; row < height; row++, place++) {
        const pixel = pixels[place]!;
        const alpha = pixel >>> 24;
        if (alpha === 0 || alpha === 255) {
          target[row * width + column] = pixel;
          continue;
        }
        const scale = 255 / alpha;
        const red = Math.min(255, (pixel & 0xff) * scale + 0.5);
        const green = Math.min(255, ((pixel >>> 8) & 0xff) * scale + 0.5);
        const blue = Math.min(255, ((pixel >>> 16) & 0xff) * scale + 0.5);
        target[row * width + column] = (alpha << 24) | (blue << 16) | (green << 8) | red;
      }
    }
  }
}

function blend(pixels: Uint32Array, place: number, colour: number, opacity: number): void {
  fill(pixels, place, place + 1, colour, opacity);
}

/** Source over destination, on two channels at a time: each has 8 bits, with 8 of room above. */
function fill(pixels: Uint32Array, start: number, end: number, colour: number, opacity: number): void {
  const weight = Math.round(opacity * 256);
  if (weight >= 256) {
    pixels.fill(colour, start, end);
    return;
  }
  const rest = 256 - weight;
  const evenPart = (Math.imul(colour & 0x00ff00ff, weight) + 0x00800080) | 0;
  const oddPart = (Math.imul((colour >>> 8) & 0x00ff00ff, weight) + 0x00800080) | 0;
  for (let place = start; place < end; place++) {
    const pixel = pixels[place]!;
    const even = ((Math.imul(pixel & 0x00ff00ff, rest) + evenPart) | 0) >>> 8;
    const odd = (Math.imul((pixel >>> 8) & 0x00ff00ff, rest) + oddPart) | 0;
    pixels[place] = (even & 0x00ff00ff) | (odd & 0xff00ff00);
  }
}
