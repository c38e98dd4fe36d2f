import type { CurvesState } from '../../common/panels/curves/curves-contract';
import { element, setText } from '../shared/dom';
import { formatCount, formatLoss, formatPercent } from '../shared/number-format';
import { experimentNameBeside, stateWord } from '../shared/run-labels';
import type { RunStyle } from '../shared/run-style';
import { lineSwatch } from '../shared/swatches';
import { type Checkbox, checkbox } from '../shared/toolkit';
import { highest, last } from './data/columns';
import type { PanelRun } from './data/panel-runs';
import { RunFilter } from './run-filter';
import { matchesFilter } from './text/filter-words';

export interface RunListListener {
  onFilter: (filter: string) => void;
  /** The lines of runs are to be shown, or hidden. */
  onShow: (runKeys: readonly string[], shown: boolean) => void;
}

/** The list of runs beside the charts: legend, state, latest values, and a check box that hides or shows a run's lines. */
export class RunList {
  readonly element: HTMLElement;
  private readonly list = element('ul', { class: 'run-list', 'aria-label': 'Runs' });
  private readonly filter: RunFilter;
  private readonly cards = new Map<string, RunCard>();
  /** Runs that the filter leaves. */
  private listed: string[] = [];

  constructor(private readonly listener: RunListListener) {
    const { onFilter, onShow } = listener;
    this.filter = new RunFilter({ onFilter, onShow: (shown) => onShow(this.listed, shown) });
    this.element = element('div', { class: 'runs' }, this.filter.element, this.list);
  }

  update(
    runs: readonly PanelRun[],
    state: Pick<CurvesState, 'hidden' | 'loss' | 'filter'>,
    styleOf: (runKey: string) => RunStyle,
    background: string,
  ): void {
    const present = new Set(runs.map(({ header }) => header.runKey));
    for (const [runKey, card] of this.cards) {
      if (present.has(runKey)) continue;
      card.element.remove();
      this.cards.delete(runKey);
    }
    const matching = runs.filter((run) => matchesFilter(run, state.filter));
    this.listed = matching.map(({ header }) => header.runKey);
    const listed = new Set(this.listed);
    for (const run of runs) {
      const { runKey } = run.header;
      let card = this.cards.get(runKey);
      if (card === undefined) {
        card = new RunCard((shown) => this.listener.onShow([runKey], shown));
        this.cards.set(runKey, card);
        this.list.append(card.element);
      }
      card.update(run, state, styleOf(runKey), background);
      card.element.hidden = !listed.has(runKey);
      card.element.classList.toggle('first', runKey === this.listed[0]);
    }
    this.filter.update(state.filter, listed.size, runs.length);
    this.element.classList.toggle('many', runs.length > 2);
  }
}

type RowKind = 'total' | 'main' | 'aux';

/** One row of a card's values. */
interface ValueRow {
  element: HTMLElement;
  swatch: HTMLElement;
  loss: HTMLElement;
  top1: HTMLElement;
  best: HTMLElement;
}

class RunCard {
  readonly element: HTMLElement;
  private readonly name: HTMLElement;
  private readonly shown: Checkbox;
  private readonly state = element('span', { class: 'state' });
  private readonly description = element('p', { class: 'description' });
  private readonly position = element('p', { class: 'position' });
  private readonly progress = element('progress');
  private readonly resumed = element('p', { class: 'resumed' });
  private readonly reason = element('p', { class: 'reason' });
  private readonly rows: Record<RowKind, ValueRow> = {
    total: valueRow('total'),
    main: valueRow('main'),
    aux: valueRow('aux'),
  };
  private drawnStyle = '';
  /** What was drawn last: a look from elsewhere at the same run changes nothing here. */
  private drawn: { run: PanelRun; key: string } | undefined;

  constructor(onToggle: (shown: boolean) => void) {
    this.name = element('span', { class: 'name' });
    this.shown = checkbox(this.name, onToggle);
    const heading = (text: string) => element('th', { scope: 'col' }, text);
    const table = element(
      'table',
      { class: 'values' },
      element('thead', {}, element('tr', {}, element('td'), heading('loss'), heading('top-1'), heading('best'))),
      element('tbody', {}, ...Object.values(this.rows).map((row) => row.element)),
    );
    this.element = element(
      'li',
      { class: 'run' },
      element('div', { class: 'run-head' }, this.shown.element, this.state),
      this.description,
      this.position,
      this.progress,
      this.resumed,
      this.reason,
      table,
    );
  }

  update(
    run: PanelRun,
    { hidden, loss }: Pick<CurvesState, 'hidden' | 'loss'>,
    style: RunStyle,
    background: string,
  ): void {
    const { header, steps, epochs } = run;
    const { label } = header;
    const isHidden = hidden.includes(header.runKey);
    const key = [run.revision, isHidden, loss, style.colour, style.marker, background].join();
    if (this.drawn?.run === run && this.drawn.key === key) return;
    this.drawn = { run, key };
    setText(this.name, label);
    this.name.title = label;
    this.shown.setChecked(!isHidden);
    this.shown.setAccessibleName(`Show ${label}`);
    this.progress.setAttribute('aria-label', `Progress of ${label}`);
    this.element.classList.toggle('hidden', isHidden);
    setText(this.state, stateWord(header));
    this.element.dataset.state = stateWord(header);
    setText(this.description, [experimentNameBeside(header), header.description].filter(Boolean).join(' · '));
    this.progress.max = Math.max(1, header.totalSteps);
    this.progress.value = header.step;
    this.progress.hidden = header.state === 'finished' || header.totalSteps === 0;
    setText(this.position, positionText(run));
    setText(this.resumed, `resumed at step ${run.restarts.map(formatCount).join(', ')}`);
    this.resumed.hidden = run.restarts.length === 0;
    setText(this.reason, header.reason ?? '');
    this.reason.hidden = header.reason === undefined;
    this.drawSwatches(style, background);
    const { total, main, aux } = this.rows;
    total.element.hidden = loss !== 'total';
    aux.element.hidden = steps.aux.length === 0;
    setText(total.loss, formatLoss(last(steps.total)));
    setText(main.loss, formatLoss(last(steps.main)));
    setText(aux.loss, formatLoss(last(steps.aux)));
    setText(main.top1, formatPercent(last(epochs.mainTop1)));
    setText(aux.top1, formatPercent(last(epochs.auxTop1)));
    setText(main.best, formatPercent(highest(epochs.mainTop1)?.value));
    setText(aux.best, formatPercent(highest(epochs.auxTop1)?.value));
  }

  private drawSwatches(style: RunStyle, background: string): void {
    const key = [style.colour, style.marker, background].join();
    if (key === this.drawnStyle) return;
    this.drawnStyle = key;
    for (const [kind, row] of Object.entries(this.rows)) {
      row.swatch.replaceChildren(lineSwatch(style, kind === 'aux', background));
    }
  }
}

function valueRow(kind: RowKind): ValueRow {
  const swatch = element('span', { class: 'swatch' });
  const [loss, top1, best] = [element('td'), element('td'), element('td')];
  const row = element('tr', {}, element('th', { scope: 'row' }, swatch, kind), loss, top1, best);
  return { element: row, swatch, loss, top1, best };
}

/** "epoch 3/30 · step 240/2,400". */
function positionText({ header }: PanelRun): string {
  const { epoch, totalEpochs, step, totalSteps } = header;
  if (step === 0) return header.state === 'running' ? 'starting' : `${formatCount(totalEpochs)} epochs planned`;
  if (header.state === 'finished') return `${formatCount(epoch)} epochs · ${formatCount(step)} steps`;
  const ofSteps = totalSteps > 0 ? `/${formatCount(totalSteps)}` : '';
  return `epoch ${epoch}/${totalEpochs} · step ${formatCount(step)}${ofSteps}`;
}
