import { parseColour } from '../../shared/colour-vision';
import type { Pen } from '../../shared/pen';
import type { Plot } from '../../shared/plot/axes';
import type { Range, ScaleKind } from '../../shared/plot/axis-transform';
import { type ColumnScale, columnScale, entriesByColumn } from '../data/pixel-columns';
import { type LowHigh, ValuePyramid } from '../data/value-pyramid';
import type { DrawnLine } from './drawn-line';
import { LineRaster } from './line-raster';

/** How a line is stroked, in CSS pixels. */
export interface LineStroke {
  colour: string;
  /** In [0, 1]. */
  opacity: number;
  width: number;
  /** Lengths of dash and space. */
  dash?: readonly [dash: number, space: number];
}

/** Room around the plot, in CSS pixels: lines on its border are drawn whole. */
const bleed = 8;
/** With more entries to a column of pixels, only their lowest and highest are looked at. */
const entriesOfColumn = 4;

/** One for all plots: they are drawn one after the other. */
const raster = new LineRaster();
let sheet: { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } | undefined;
/** Of a column; one for all. */
const found: LowHigh = { low: 0, high: 0 };

/** Lines that together have more corners to a column of pixels are drawn as pixels. */
const cornersOfColumn = 4;

/**
 * The lines of a plot that has many of them, or long ones: they are collected as pixels and reach the canvas in one piece. A pen
 * that takes no pixels, that of a picture as SVG, strokes them.
 */
export class LongLines {
  private readonly ratio: number;
  private readonly left: number;
  private readonly top: number;
  /** Of the plot, in pixels of the device. */
  private readonly width: number;
  private begun = false;

  private constructor(
    private readonly pen: CanvasRenderingContext2D,
    private readonly plot: Plot,
  ) {
    this.ratio = pen.getTransform().a;
    this.width = (plot.area.right - plot.area.left) * this.ratio;
    // On whole pixels of the device: nothing is resampled.
    this.left = Math.floor((plot.area.left - bleed) * this.ratio);
    this.top = Math.floor((plot.area.top - bleed) * this.ratio);
  }

  /** What draws the lines; undefined where they are few and short, and where the pen takes no pixels. */
  static for(pen: Pen, plot: Plot, lines: readonly DrawnLine[]): LongLines | undefined {
    if (!('drawImage' in pen)) return undefined;
    const long = new LongLines(pen as CanvasRenderingContext2D, plot);
    let corners = 0;
    for (const { span, hasGhost } of lines) corners += (span[1] - span[0]) * (hasGhost ? 2 : 1);
    return corners > long.width * cornersOfColumn ? long : undefined;
  }

  /** @param y its values: the line's own, or those of its ghost */
  draw({ series: { x }, span: [start, end], view, scale }: DrawnLine, y: ArrayLike<number>, stroke: LineStroke): void {
    const colour = parseColour(stroke.colour);
    if (colour === undefined) return;
    const { ratio } = this;
    if (!this.begun) this.begin();
    raster.beginLine();
    if (end - start > this.width * entriesOfColumn) this.coverColumns(x, y, view, this.columns(view, scale));
    else {
      for (let index = start + 1; index < end; index++) this.connect(x, y, index);
    }
    raster.endLine({
      colour,
      opacity: stroke.opacity,
      width: stroke.width * ratio,
      ...(stroke.dash === undefined ? {} : { dash: [stroke.dash[0] * ratio, stroke.dash[1] * ratio] }),
    });
  }

  /** Of each column of pixels, what lies between the lowest and the highest of its entries. */
  private coverColumns(x: ArrayLike<number>, y: ArrayLike<number>, view: Range, scale: ColumnScale): void {
    const { plot, ratio, top } = this;
    const pyramid = ValuePyramid.of(y);
    const { first, columns, ends } = entriesByColumn(x, view, scale);
    let start = first;
    for (let place = 0; place < ends.length; place++) {
      const end = ends[place]!;
      const reachesOn = pyramid.near(start, end, found);
      if (found.low <= found.high) {
        const lower = plot.y(found.low) * ratio - top;
        // What a logarithm has no place for lies below everything.
        const bottom = Number.isNaN(lower) ? raster.height : lower;
        raster.cover(columns[place]!, plot.y(found.high) * ratio - top, bottom);
      }
      // On to the next column, which may be far away, unless both cover the entries at their border.
      const isNear = reachesOn && columns[place + 1] === columns[place]! + 1;
      if (end < x.length && !isNear) this.connect(x, y, end);
      start = end;
    }
  }

  /** The straight line to an entry from the one before. */
  private connect(x: ArrayLike<number>, y: ArrayLike<number>, index: number): void {
    const { plot, ratio, left, top } = this;
    raster.connect(
      plot.x(x[index - 1]!) * ratio - left,
      plot.y(y[index - 1]!) * ratio - top,
      plot.x(x[index]!) * ratio - left,
      plot.y(y[index]!) * ratio - top,
    );
  }

  /** The raster's own columns. */
  private columns(view: Range, kind: ScaleKind): ColumnScale {
    const { area } = this.plot;
    const { from, perUnit } = columnScale(kind, view, (area.right - area.left) * this.ratio);
    return { kind, perUnit, from: from - (area.left * this.ratio - this.left) / perUnit };
  }

  private begin(): void {
    const { area } = this.plot;
    raster.begin(
      Math.ceil((area.right + bleed) * this.ratio) - this.left,
      Math.ceil((area.bottom + bleed) * this.ratio) - this.top,
    );
    this.begun = true;
  }

  /** Puts the lines onto the canvas. */
  paint(): void {
    if (!this.begun) return;
    const { width, height } = raster;
    sheet ??= newSheet();
    if (sheet.canvas.width < width) sheet.canvas.width = width;
    if (sheet.canvas.height < height) sheet.canvas.height = height;
    const image = sheet.pen.createImageData(width, height);
    raster.toImage(image.data);
    sheet.pen.putImageData(image, 0, 0);
    const { ratio, left, top } = this;
    this.pen.drawImage(sheet.canvas, 0, 0, width, height, left / ratio, top / ratio, width / ratio, height / ratio);
  }
}

function newSheet(): { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  return { canvas, pen: canvas.getContext('2d')! };
}
