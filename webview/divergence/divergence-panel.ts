import type {
  DivergenceRequests,
  DivergenceState,
  FromDivergence,
  ToDivergence,
} from '../../common/panels/divergence/divergence-contract';
import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { element, setText } from '../shared/dom';
import type { CellPlace } from '../shared/grid-keys';
import { HostRequests } from '../shared/host-requests';
import type { Messenger } from '../shared/messenger';
import { PairSelect } from '../shared/pair-select';
import { PanelShell } from '../shared/panel-shell';
import { Select } from '../shared/select';
import { SummaryItems } from '../shared/summary-items';
import { button, radioGroup } from '../shared/toolkit';
import { Tooltip } from '../shared/tooltip';
import { AlarmList, type RunAlarm } from './alarm-list';
import { ChannelStore } from './channel-store';
import { ChannelView } from './channel-view';
import { compareRuns, comparisonText, haveSameLayers } from './comparison';
import { DivergenceRuns, keyOf, type PanelDivergence, shownRecords } from './divergence-runs';
import { divergenceLines } from './line-series';
import { LinesChart } from './lines-chart';
import { differenceFigure, type MapFigures, type MapOptions, placeOfCell, runFigures } from './map-figures';
import { MapsView } from './maps-view';
import { measureNames, measures, unitInWords } from './measures';
import { restoreState } from './panel-state';
import { announceDivergence, summarizeDivergence } from './text-summary';

/** Between two drawings of news from runs; what a person does is drawn at once. */
const drawIntervalMs = 300;

/** The panel: builds the page once, then follows messages, what a person does, and the theme. */
export class DivergencePanel {
  private readonly runs = new DivergenceRuns();
  private readonly requests: HostRequests<DivergenceRequests>;
  private readonly store: ChannelStore;
  readonly shell: PanelShell<DivergenceState, PanelDivergence>;
  private readonly definition = element('p', { class: 'definition', id: 'measure-definition' });
  private readonly comparisons = element('div', { class: 'comparisons' });
  private readonly alarms = new AlarmList((alarm) => this.goTo(alarm));
  private readonly maps: MapsView;
  private readonly linesSection: HTMLElement;
  private readonly linesCanvas = element('canvas', { role: 'img' });
  private readonly linesHeading = element('h2');
  private readonly lines: LinesChart;
  private readonly channels: ChannelView;
  private readonly tooltip = new Tooltip();
  private readonly summary = new SummaryItems('divergence-summary', 'Summary of the divergence');
  private readonly measure: Select<DivergenceMeasure>;
  private readonly viewRadios: HTMLElement;
  private readonly columnRadios: HTMLElement;
  private readonly pairSelect: PairSelect;
  private shownMaps: MapFigures | undefined;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToDivergence, FromDivergence, DivergenceState>,
  ) {
    const state = restoreState(messenger.readState());
    this.shell = new PanelShell(
      messenger,
      this.runs,
      state,
      () => this.draw(),
      () => drawIntervalMs,
    );
    this.requests = new HostRequests(messenger, ({ reply }) => this.store.put(reply));
    this.store = new ChannelStore(this.requests, () => this.shell.drawing.soon());
    const { setState } = this.shell;
    const attributes = { id: 'measure', 'aria-describedby': 'measure-definition' };
    this.measure = new Select('Measure', (measure) => setState({ measure }), attributes);
    this.measure.update(
      measureNames.map((name) => [name, measures[name].label]),
      state.measure,
    );
    for (const option of this.measure.select.options)
      option.title = measures[option.value as DivergenceMeasure].formula;
    const scales = { log: 'Log', linear: 'Linear' };
    const scaleRadios = radioGroup('Scale', scales, state.scale, (scale) => setState({ scale }));
    const columns = { epochs: 'Epochs', steps: 'Steps' };
    this.columnRadios = radioGroup('Columns', columns, state.columns, (columns) => setState({ columns }));
    const views = { runs: 'Runs', difference: 'Difference' };
    this.viewRadios = radioGroup('Show', views, state.view, (view) => setState({ view }));
    const pairLabels = ['First run of the difference', 'Second run of the difference'] as const;
    this.pairSelect = new PairSelect(pairLabels, 'against', (pair) => setState({ pair }));
    const toolbar = [this.measure.element, scaleRadios, this.columnRadios, this.viewRadios, this.pairSelect.element];
    if (messenger.live) toolbar.push(button('Choose Runs…', this.shell.chooseRuns));

    this.maps = new MapsView({
      onSelect: (key, cell) => this.selectCell(key, cell),
      onPoint: this.tooltip.show,
      onResize: () => this.shell.drawing.soon(),
    });
    const plot = element('div', { class: 'plot-frame' }, this.linesCanvas);
    this.lines = new LinesChart(this.linesCanvas);
    this.linesSection = element(
      'section',
      { class: 'lines' },
      element('div', { class: 'lines-head' }, this.linesHeading, lineKey()),
      plot,
    );
    this.channels = new ChannelView({
      onEpoch: (epoch) => this.select({ ...this.state.selection!, epoch }),
      onRetry: () => {
        this.store.forgetFailures();
        this.shell.drawing.soon();
      },
      onClose: () => this.select(undefined),
      onPoint: this.tooltip.show,
    });
    this.shell.content.append(
      this.definition,
      this.comparisons,
      this.alarms.element,
      this.maps.legend.element,
      this.maps.element,
      this.channels.element,
      this.linesSection,
    );
    this.shell.mount(root, 'divergence', { toolbar, below: [this.summary.element, this.tooltip.element] });
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToDivergence): void {
    switch (message.type) {
      case 'reply':
      case 'progress':
      case 'failure':
        this.requests.receive(message);
        break;
      case 'goTo':
        this.goToEpoch(message.runKey, message.epoch);
        return;
      case 'hydrate':
        this.requests.forget();
        this.store.clear();
        this.shell.showFailure(undefined);
        this.runs.begin(message.runs);
        this.adoptRuns();
        break;
      case 'append':
        this.runs.extend(message);
        this.store.forgetFailures();
        break;
      default:
        this.shell.receive(message);
        break;
    }
    this.shell.drawing.later();
  }

  /** Forgets what was selected of runs that the panel no longer shows. */
  private adoptRuns(): void {
    this.shell.adoptRuns();
    const { runKeys, pair, selection } = this.state;
    this.shell.saveState({
      pair: pair.filter((runKey) => runKeys.includes(runKey)),
      selection: selection && runKeys.includes(selection.runKey) ? selection : undefined,
    });
  }

  private get state(): DivergenceState {
    return this.shell.state;
  }

  private select(selection: DivergenceState['selection']): void {
    this.tooltip.show(undefined);
    this.shell.setState({ selection });
  }

  private goTo({ runKey, alarm }: RunAlarm): void {
    this.show({ runKey, layer: alarm.layer, epoch: alarm.epoch });
  }

  /** The epoch in the layer that is selected, or in the first. A run with one branch has none. */
  private goToEpoch(runKey: string, epoch: number): void {
    const layers = this.runs.runs.find(({ header }) => header.runKey === runKey)?.layers ?? [];
    const selected = this.state.selection?.layer;
    const layer = selected !== undefined && layers.includes(selected) ? selected : layers[0];
    if (layer !== undefined) this.show({ runKey, layer, epoch });
  }

  private show(selection: NonNullable<DivergenceState['selection']>): void {
    this.select(selection);
    requestAnimationFrame(() => this.channels.element.scrollIntoView({ block: 'nearest' }));
  }

  private draw(): void {
    const all = this.runs.runs;
    if (this.shell.update()) {
      this.drawToolbar(all);
      this.drawWords(all);
      this.drawMaps(all);
      this.drawLines(all);
      this.drawChannels(all);
    }
    this.drawSummary(all);
  }

  /** The columns that are shown: steps only where a run has any within its epochs. */
  private get columns(): DivergenceState['columns'] {
    const hasSteps = this.runs.runs.some(({ records }) => records.some(({ endsEpoch }) => !endsEpoch));
    return hasSteps ? this.state.columns : 'epochs';
  }

  /** Whether a run has something to show with the present columns. */
  private hasMap(run: PanelDivergence): boolean {
    return shownRecords(run, this.columns).length > 0;
  }

  /** The two runs of the difference: those selected, or the first two that can be compared, the one further apart first. */
  private pair(): PanelDivergence[] {
    const comparable = this.comparable();
    const selected = this.state.pair.map((id) => comparable.find(({ header }) => header.runKey === id));
    const first = selected[0] ?? comparable[0];
    const second = selected[1] ?? comparable.find((run) => run !== first);
    if (first === undefined || second === undefined) return [];
    const isSelected = selected.some((run) => run !== undefined);
    const further = isSelected ? undefined : compareRuns(first, second, this.state.measure)?.further.runKey;
    return further === second.header.runKey ? [second, first] : [first, second];
  }

  /** Runs of the same network as the first that has a map. */
  private comparable(): PanelDivergence[] {
    const withMap = this.runs.runs.filter((run) => this.hasMap(run));
    return withMap.filter((run) => haveSameLayers(run, withMap[0]!));
  }

  private get showsDifference(): boolean {
    return this.state.view === 'difference' && this.pair().length === 2;
  }

  private drawToolbar(all: readonly PanelDivergence[]): void {
    const comparable = this.comparable();
    this.viewRadios.hidden = comparable.length < 2;
    this.columnRadios.hidden = !all.some(({ records }) => records.some(({ endsEpoch }) => !endsEpoch));
    this.pairSelect.element.hidden = !this.showsDifference;
    const idOf = ({ header }: PanelDivergence) => header.runKey;
    const options = comparable.map((run) => [idOf(run), this.runs.labelOf(idOf(run))] as const);
    this.pairSelect.update(options, this.pair().map(idOf));
  }

  private drawWords(all: readonly PanelDivergence[]): void {
    const { measure } = this.state;
    const { label, formula, unit, meaning } = measures[measure];
    const inUnit = unit === '' ? '' : `, in ${unitInWords(measure)}`;
    const definition = `${label} = ${formula}${inUnit}. ${meaning} A layer’s value is the mean over its channels.`;
    setText(this.definition, definition);
    this.measure.select.title = `${formula}${inUnit}`;
    const texts = this.comparisonTexts(all);
    if (texts.join('\n') !== [...this.comparisons.children].map(({ textContent }) => textContent).join('\n')) {
      this.comparisons.replaceChildren(...texts.map((text) => element('p', {}, text)));
    }
    this.alarms.update(
      all.flatMap((run) =>
        run.alarms.map((alarm) => ({
          runKey: run.header.runKey,
          runLabel: this.runs.labelOf(run.header.runKey),
          alarm,
        })),
      ),
    );
  }

  /** Two runs are compared with each other, more of them the furthest with the nearest. */
  private comparisonTexts(all: readonly PanelDivergence[]): string[] {
    const { measure } = this.state;
    const pairs = this.showsDifference
      ? [this.pair()]
      : all.flatMap((a, index) => all.slice(index + 1).map((b) => [a, b]));
    const compared = pairs
      .map(([a, b]) => compareRuns(a!, b!, measure))
      .filter((comparison) => comparison !== undefined)
      .sort((a, b) => b.factor - a.factor);
    return compared.slice(0, 1).map((comparison) => comparisonText(comparison, measure, this.runs.labelOf));
  }

  private get mapOptions(): MapOptions {
    const { measure, scale, selection } = this.state;
    return { measure, scale, columns: this.columns, ...(selection === undefined ? {} : { selection }) };
  }

  private drawMaps(all: readonly PanelDivergence[]): void {
    const [first, second] = this.showsDifference ? this.pair() : [];
    this.shownMaps =
      first === undefined || second === undefined
        ? runFigures(all, this.mapOptions, this.runs.labelOf)
        : differenceFigure([first, second], this.mapOptions, this.runs.labelOf);
    this.maps.update(this.shownMaps, this.shell.styleOf, this.shell.theme);
  }

  /** In the difference, the first run's channels are shown. */
  private selectCell(key: string, cell: CellPlace): void {
    const run = key === 'difference' ? this.pair()[0] : this.runs.runs.find(({ header }) => header.runKey === key);
    if (run === undefined || this.shownMaps === undefined) return;
    const place = placeOfCell(run, this.columns, this.shownMaps.keys, cell);
    if (place !== undefined) this.select(place);
  }

  private drawLines(all: readonly PanelDivergence[]): void {
    const { measure, scale, selection } = this.state;
    const { columns } = this;
    const lines = divergenceLines(all, this.mapOptions, this.runs.labelOf, this.shell.styleOf);
    const xs = lines.flatMap(({ points }) => points.map(({ x }) => x)).sort((a, b) => a - b);
    this.linesSection.hidden = lines.length === 0;
    if (lines.length === 0) return;
    const { label, unit } = measures[measure];
    setText(this.linesHeading, `${label}${unit === '' ? '' : `, ${unit}`}, over ${columns}`);
    this.linesSection.classList.toggle(
      'with-layer',
      lines.some(({ kind }) => kind === 'layer'),
    );
    const words = `${label}, ${lines.length} lines over ${columns}. The summary has the numbers.`;
    this.linesCanvas.setAttribute('aria-label', words);
    const selectedRun = all.find(({ header }) => header.runKey === selection?.runKey);
    const selected = selectedRun && shownRecords(selectedRun, 'epochs').find(({ epoch }) => epoch === selection?.epoch);
    this.lines.draw({
      lines,
      keyName: columns === 'steps' ? 'step' : 'epoch',
      scale,
      range: [xs[0]!, xs.at(-1)!],
      selected: selected && keyOf(selected, columns),
      theme: this.shell.theme,
    });
  }

  private drawChannels(all: readonly PanelDivergence[]): void {
    const { selection, measure, scale } = this.state;
    const run = all.find(({ header }) => header.runKey === selection?.runKey);
    const isThere = selection !== undefined && run?.layers.includes(selection.layer) === true;
    const wasHidden = this.channels.element.hidden;
    this.channels.element.hidden = !isThere;
    if (selection === undefined || run === undefined || !isThere) return;
    const contents = {
      place: selection,
      runLabel: this.runs.labelOf(selection.runKey),
      runColour: this.shell.styleOf(selection.runKey).colour,
      epochs: shownRecords(run, 'epochs').map(({ epoch }) => epoch),
      offeredEpochs: this.store.epochsOf(selection.runKey, selection.layer),
      measure,
      scale,
      state: this.store.get(selection),
      live: this.messenger.live,
      theme: this.shell.theme,
    };
    this.channels.update(contents);
    if (wasHidden) requestAnimationFrame(() => this.channels.element.scrollIntoView({ block: 'nearest' }));
  }

  private drawSummary(all: readonly PanelDivergence[]): void {
    this.summary.update(all.map((run) => summarizeDivergence(run, this.state.measure)));
    const news = this.runs.takeNews();
    if (news.length === 0) return;
    this.shell.live.sayNews(announceDivergence(news, this.state.measure));
  }
}

/** Says what solid and dashed mean. */
function lineKey(): HTMLElement {
  const item = (name: string, text: string) => element('span', { class: `key ${name}` }, text);
  return element('span', { class: 'line-key' }, item('mean', 'mean over layers'), item('layer', 'chosen layer'));
}
