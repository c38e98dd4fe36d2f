import type { RobustnessEvaluation } from '../../common/panels/robustness/robustness-contract';
import { ChartMenu, type MenuEntry } from '../shared/chart-menu';
import { element, setText } from '../shared/dom';
import { fillSelect } from '../shared/fill-select';
import type { RunStyle } from '../shared/run-style';
import { markerSwatch } from '../shared/swatches';
import type { Cell, HeatmapContents } from './heatmap-contents';
import { HeatmapTable } from './heatmap-table';

/** Each is told which figure it is about, by its key. */
export interface FigureHandlers {
  onSelect(key: string, cell: Cell): void;
  onPoint(text: string | undefined, anchor?: DOMRect): void;
  onEvaluation(key: string, name: string): void;
  menu(key: string, contents: FigureContents): MenuEntry[];
}

export interface FigureContents extends HeatmapContents {
  /** One a run; two in a difference. */
  styles: readonly RunStyle[];
  /** All of the run; one can be selected where there are several. */
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
  private readonly evaluation = element('select');
  private readonly menu: ChartMenu;
  private swatchKey = '';
  private shown: FigureContents | undefined;

  constructor(key: string, handlers: FigureHandlers) {
    this.table = new HeatmapTable({
      onSelect: (cell) => handlers.onSelect(key, cell),
      onPoint: handlers.onPoint,
    });
    this.menu = new ChartMenu('Heatmap', () => (this.shown === undefined ? [] : handlers.menu(key, this.shown)));
    this.evaluation.addEventListener('change', () => handlers.onEvaluation(key, this.evaluation.value));
    const title = element('div', { class: 'title' }, this.swatches, this.name, ...this.menu.elements);
    this.element = element(
      'figure',
      { class: 'run-figure' },
      element('figcaption', {}, title, this.description, this.evaluation),
      this.table.element,
    );
  }

  update(contents: FigureContents): void {
    this.shown = contents;
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
    this.evaluation.hidden = evaluations.length < 2;
    this.evaluation.setAttribute('aria-label', `Evaluation of ${title}`);
    const options = evaluations.map(
      ({ name, created }) => [name, `${name} · ${created.slice(0, 16).replace('T', ' ')}`] as const,
    );
    fillSelect(this.evaluation, options, shown);
    this.table.update(contents);
  }
}
