import type { MenuEntry } from '../shared/chart-menu';
import { element } from '../shared/dom';
import { LegendView } from '../shared/legend-view';
import type { Cell } from './heatmap-contents';
import { type FigureContents, HeatmapFigure } from './heatmap-figure';

/** Each is told which figure it is about, by its key. */
export interface FiguresHandlers {
  onSelect(key: string, cell: Cell): void;
  onPoint(text: string | undefined, anchor?: DOMRect): void;
  onEvaluation(key: string, name: string): void;
  menu(key: string, contents: FigureContents): MenuEntry[];
}

/** The heatmaps beside each other, under one legend. */
export class FiguresView {
  readonly legend = new LegendView('robustness');
  readonly element = element('div', { class: 'figures' });
  private readonly figures = new Map<string, HeatmapFigure>();
  private shown: ReadonlyMap<string, FigureContents> = new Map();

  constructor(private readonly handlers: FiguresHandlers) {}

  /** @param shown by key, from first to last: at least one, with the same scale in all */
  update(shown: ReadonlyMap<string, FigureContents>): void {
    this.shown = shown;
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
      const figure = this.figure(key);
      figure.update(contents);
      const there = this.element.children[place++];
      if (there !== figure.element) this.element.insertBefore(figure.element, there ?? null);
    }
  }

  private figure(key: string): HeatmapFigure {
    let figure = this.figures.get(key);
    if (figure === undefined) {
      figure = new HeatmapFigure({
        onSelect: (cell) => this.handlers.onSelect(key, cell),
        onPoint: (text, anchor) => this.handlers.onPoint(text, anchor),
        onEvaluation: (name) => this.handlers.onEvaluation(key, name),
        menu: () => this.handlers.menu(key, this.shown.get(key)!),
      });
      this.figures.set(key, figure);
    }
    return figure;
  }
}
