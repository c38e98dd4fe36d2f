import type { Drawing } from '../painted-picture';
import type { Pen } from '../pen';
import { sized } from '../sized-canvas';
import type { Theme } from '../theme';
import { type Plot, type PlotArea, type PlotAxes, paintAxes, plotIn } from './axes';

/** Axes, and what is painted inside them: the same on the screen as in a picture. */
export interface PlotContents {
  axes: PlotAxes;
  theme: Theme;
  paint: (pen: Pen, plot: Plot) => void;
}

/** In CSS pixels. */
export interface PlotSize {
  width: number;
  height: number;
}

/** Around the plot, so that lines on its border are drawn whole. */
const bleedPixels = 9;

/** A plot as a picture. */
export function plotDrawing({ axes, theme, paint }: PlotContents, { width, height }: PlotSize): Drawing {
  return {
    width,
    height,
    paint: (pen) => {
      const plot = plotIn(axes, theme, { width, height });
      const { left, right, top, bottom } = plot.area;
      const [bleedX, bleedY] = [axes.cropped?.x === true ? 0 : bleedPixels, axes.cropped?.y === true ? 0 : bleedPixels];
      paintAxes(pen, axes, plot, theme);
      pen.save();
      pen.beginPath();
      pen.rect(left - bleedX, top - bleedY, right - left + 2 * bleedX, bottom - top + 2 * bleedY);
      pen.clip();
      paint(pen, plot);
      pen.restore();
    },
  };
}

/** A plot that fills the element around its canvas. */
export class PlotCanvas {
  private contents: PlotContents | undefined;
  private current: PlotSize = { width: 0, height: 0 };

  /**
   * @param canvas in an element whose size does not depend on it
   * @param onResize another drawing is needed
   */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    onResize: () => void,
  ) {
    canvas.classList.add('plot-canvas');
    const observer = new ResizeObserver(() => {
      this.measure();
      onResize();
    });
    // In device pixels, so that a window that moves to another screen is drawn again too.
    observer.observe(canvas.parentElement!, { box: 'device-pixel-content-box' });
  }

  /** Of the canvas, in CSS pixels. */
  get size(): PlotSize {
    // Nothing has measured it before the first drawing.
    if (this.current.width === 0) this.measure();
    return this.current;
  }

  get pixelRatio(): number {
    return window.devicePixelRatio;
  }

  /** Width of the drawing in device pixels. */
  get pixelColumns(): number {
    return Math.max(100, Math.round(this.size.width * this.pixelRatio));
  }

  /** The current plot, for what is painted above it. */
  get plot(): Plot | undefined {
    const { contents } = this;
    return contents === undefined ? undefined : plotIn(contents.axes, contents.theme, this.size);
  }

  get area(): PlotArea | undefined {
    return this.plot?.area;
  }

  draw(contents: PlotContents): void {
    this.contents = contents;
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    const pen = sized(this.canvas, width, height, this.pixelRatio);
    if (pen !== null) plotDrawing(contents, this.size).paint(pen);
  }

  /** What was drawn last, as a picture of the same size. */
  get drawing(): Drawing | undefined {
    return this.contents && plotDrawing(this.contents, this.size);
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.canvas.parentElement!;
    this.current = { width: clientWidth, height: clientHeight };
  }
}
