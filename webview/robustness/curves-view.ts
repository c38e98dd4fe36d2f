import { ChartMenu, type MenuEntry } from '../shared/chart-menu';
import { element, setText } from '../shared/dom';
import { sized } from '../shared/sized-canvas';
import { curvesDrawing, curvesInWords, type SeverityCurves } from './severity-curves';

const height = 220;

/** Curves over the severity, with a menu. */
export class CurvesView {
  readonly element: HTMLElement;
  private readonly heading = element('h2');
  /** The width that it was drawn with, in CSS pixels. */
  width = 0;
  private readonly canvas = element('canvas', { role: 'img' }) as HTMLCanvasElement;
  private readonly plot: HTMLElement;
  private readonly menu: ChartMenu;

  /** @param controls beside the heading */
  constructor(heading: string, entries: () => MenuEntry[], ...controls: HTMLElement[]) {
    setText(this.heading, heading);
    this.menu = new ChartMenu(() => 'Severity curves', entries);
    this.plot = element('div', { class: 'curves-plot' }, this.canvas);
    this.element = element(
      'section',
      { class: 'curves' },
      element('div', { class: 'curves-head' }, this.heading, ...controls, ...this.menu.elements),
      this.plot,
    );
  }

  update(curves: SeverityCurves): void {
    this.menu.retitle(curves.title);
    this.canvas.setAttribute('aria-label', curvesInWords(curves));
    this.width = this.plot.clientWidth;
    const pen = sized(this.canvas, this.width, height, window.devicePixelRatio);
    if (pen !== null && this.width > 0) curvesDrawing(curves, this.width, height).paint(pen);
  }
}
