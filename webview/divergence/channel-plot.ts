import { element, setText } from '../shared/dom';
import { PlotCanvas, type PlotContents } from '../shared/plot/plot-canvas';
import { nearestPoint } from './channel-geometry';

/** A pointer means a point at most this many pixels away. */
const reach = 12;

export interface ChannelPlotContents extends PlotContents {
  heading: string;
  /** The plot in words. */
  label: string;
  /** What the pointer can be on, in values of the axes. */
  points: readonly { x: number; y: number }[];
  textOf: (index: number) => string;
  /** The height of the pointer does not matter. */
  byColumn?: boolean;
}

/** A small plot with a heading, which says what the pointer is on. */
export class ChannelPlot {
  readonly element: HTMLElement;
  private readonly heading = element('figcaption');
  private readonly canvas = element('canvas', { role: 'img' });
  private readonly plot: PlotCanvas;
  private contents: ChannelPlotContents | undefined;

  /** @param onPoint the words for what the pointer is on, and where that is in the window */
  constructor(className: string, onPoint: (text: string | undefined, anchor?: DOMRect) => void) {
    const frame = element('div', { class: 'plot-frame' }, this.canvas);
    this.element = element('figure', { class: `plot ${className}` }, this.heading, frame);
    this.plot = new PlotCanvas(this.canvas, () => this.contents && this.draw(this.contents));
    this.canvas.addEventListener('pointermove', (event) => onPoint(...this.pointed(event)));
    this.canvas.addEventListener('pointerleave', () => onPoint(undefined));
  }

  draw(contents: ChannelPlotContents): void {
    this.contents = contents;
    setText(this.heading, contents.heading);
    this.canvas.setAttribute('aria-label', contents.label);
    this.plot.draw(contents);
  }

  private pointed({ offsetX, offsetY }: PointerEvent): [text: string | undefined, anchor?: DOMRect] {
    const { contents, plot } = this;
    if (contents === undefined || plot.plot === undefined) return [undefined];
    const { byColumn = false, points, textOf } = contents;
    const { x, y } = plot.plot;
    const places = points.map((point) => ({ x: x(point.x), y: y(point.y) }));
    const aimedAt = byColumn ? places.map((place) => ({ ...place, y: offsetY })) : places;
    const index = nearestPoint(aimedAt, offsetX, offsetY, reach);
    if (index === undefined) return [undefined];
    const { left, top } = this.canvas.getBoundingClientRect();
    const place = places[index]!;
    return [textOf(index), new DOMRect(left + place.x - 3, top + place.y - 3, 6, 6)];
  }
}
