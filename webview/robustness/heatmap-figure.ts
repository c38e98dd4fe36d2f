import type { RobustnessEvaluation } from '../../common/panels/robustness/robustness-contract';
import { ChartMenu, type MenuEntry } from '../shared/chart-menu';
import { element, setText } from '../shared/dom';
import { fillSelect } from '../shared/fill-select';
import type { RunStyle } from '../shared/run-style';
import { markerSwatch } from '../shared/swatches';
import type { HeatmapContents } from './heatmap-contents';
import { type HeatmapHandlers, HeatmapTable } from './heatmap-table';

export interface FigureHandlers extends HeatmapHandlers {
  onEvaluation(name: string): void;
  menu(): MenuEntry[];
}

export interface FigureContents extends HeatmapContents {
  /** One a run; two in a difference. */
  styles: readonly RunStyle[];
  /** Those of the run; a choice where there are several. */
  evaluations: readonly RobustnessEvaluation[];
  shown: string;
}

/** A heatmap with its name, what was evaluated, and a menu. */
export class HeatmapFigure {
  readonly element: HTMLElement;
  private readonly table: HeatmapTable;
  private readonly swatches = element('span', { class: 'swatch' });
  private readonly name = element('span', { class: 'name' });
  private readonly description = element('div', { class: 'description' });
  private readonly choice = element('select');
  private readonly menu: ChartMenu;
  private swatchKey = '';

  constructor(handlers: FigureHandlers) {
    this.table = new HeatmapTable(handlers);
    this.menu = new ChartMenu(() => 'Heatmap', handlers.menu);
    this.choice.addEventListener('change', () => handlers.onEvaluation(this.choice.value));
    const title = element('div', { class: 'title' }, this.swatches, this.name, ...this.menu.elements);
    this.element = element(
      'figure',
      { class: 'run-figure' },
      element('figcaption', {}, title, this.description, this.choice),
      this.table.element,
    );
  }

  update(contents: FigureContents): void {
    const { title, description, styles, evaluations, shown } = contents;
    setText(this.name, title);
    this.name.title = title;
    setText(this.description, description);
    this.description.title = description;
    this.menu.retitle(title);
    const swatchKey = styles.map(({ colour, marker }) => `${colour} ${marker}`).join();
    if (swatchKey !== this.swatchKey) {
      this.swatchKey = swatchKey;
      this.swatches.replaceChildren(...styles.map(markerSwatch));
    }
    this.choice.hidden = evaluations.length < 2;
    this.choice.setAttribute('aria-label', `Evaluation of ${title}`);
    const options = evaluations.map(
      ({ name, created }) => [name, `${name} · ${created.slice(0, 16).replace('T', ' ')}`] as const,
    );
    fillSelect(this.choice, options, shown);
    this.table.update(contents);
  }
}
