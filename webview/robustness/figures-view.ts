import { element } from '../shared/dom';
import { LegendView } from '../shared/legend-view';
import { type FigureContents, type FigureHandlers, HeatmapFigure } from './heatmap-figure';

/** The heatmaps beside each other, under one legend. */
export class FiguresView {
  readonly legend = new LegendView('robustness');
  readonly element = element('div', { class: 'figures' });
  private readonly figures = new Map<string, HeatmapFigure>();

  constructor(private readonly handlers: FigureHandlers) {}

  /** @param shown by key, from first to last: at least one, with the same scale in all */
  update(shown: ReadonlyMap<string, FigureContents>): void {
    const [first] = shown.values();
    const { scale, colours, caption, format } = first!;
    this.legend.update(scale, colours, caption, format);
    for (const [key, figure] of this.figures) {
      if (shown.has(key)) continue;
      figure.element.remove();
      this.figures.delete(key);
    }
    let place = 0;
    for (const [key, contents] of shown) {
      const figure = this.figures.get(key) ?? new HeatmapFigure(key, this.handlers);
      this.figures.set(key, figure);
      figure.update(contents);
      const there = this.element.children[place++];
      if (there !== figure.element) this.element.insertBefore(figure.element, there ?? null);
    }
  }
}
