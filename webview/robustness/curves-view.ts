import { ChartMenu, type MenuEntry } from '../shared/chart-menu';
import { element, setText } from '../shared/dom';
import { PlotCanvas } from '../shared/plot/plot-canvas';
import { curvesInWords, type SeverityCurves, severityPlot } from './severity-curves';

/** Curves over the severity, with a menu. */
export class CurvesView {
  readonly element: HTMLElement;
  private readonly heading = element('h2');
  private readonly canvas = element('canvas', { role: 'img' });
  private readonly plot: PlotCanvas;
  private shown: SeverityCurves | undefined;
  private readonly menu: ChartMenu;

  /** @param controls beside the heading */
  constructor(heading: string, entries: () => MenuEntry[], ...controls: HTMLElement[]) {
    setText(this.heading, heading);
    this.menu = new ChartMenu('Severity curves', entries);
    const frame = element('div', { class: 'plot-frame' }, this.canvas);
    this.plot = new PlotCanvas(this.canvas, () => this.draw());
    this.element = element(
      'section',
      { class: 'curves' },
      element('div', { class: 'curves-head' }, this.heading, ...controls, ...this.menu.elements),
      frame,
    );
  }

  update(curves: SeverityCurves): void {
    this.menu.retitle(curves.title);
    this.canvas.setAttribute('aria-label', curvesInWords(curves));
    this.shown = curves;
    this.draw();
  }

  private draw(): void {
    const plot = this.shown && severityPlot(this.shown);
    this.canvas.hidden = plot === undefined;
    if (plot !== undefined) this.plot.draw(plot);
  }
}
