import type { CurvesState, FromCurves, ToCurves } from '../../common/panels/curves/curves-contract';
import type { Messenger } from '../shared/messenger';
import { PanelShell } from '../shared/panel-shell';
import { isKept } from '../shared/restore-state';
import { type RunStyle, runStyle } from '../shared/run-style';
import { saveFile } from '../shared/save-file';
import { xView } from './axes/x-view';
import { ChartBoard } from './charts/chart-board';
import type { ChartContext } from './charts/chart-context';
import { hasRecords } from './data/chart-definitions';
import { type PanelRun, PanelRuns } from './data/panel-runs';
import { groupBySeed, type SeedGroup } from './data/seed-groups';
import { SeriesPreparation } from './lines/curve-series';
import { choicesOf, restoreChoices, restoreState } from './panel-state';
import { RunList } from './run-list';
import { ReadingProgress } from './text/reading-progress';
import { SummaryList } from './text/summary-list';
import { announce } from './text/text-summary';
import { summarizeView } from './text/view-summary';
import { Toolbar } from './toolbar';

/** At least this passes between two drawings of news from runs; what a person does is drawn at once. */
const drawIntervalMs = 200;
/** And this many times the duration of the last drawing, so that there is time to receive many long runs. */
const drawingShare = 8;
/** View settings go to the host once nothing has changed for this long, since a slider moves in many steps. */
const choicesDelayMs = 500;

/** The panel: builds the page once, then follows messages, what a person does, and the theme. */
export class CurvesPanel {
  private readonly runs = new PanelRuns();
  private readonly series = new SeriesPreparation();
  private readonly runList = new RunList({
    onFilter: (filter) => this.shell.setState({ filter }),
    onShow: (runKeys, shown) => this.showRuns(runKeys, shown),
  });
  private readonly board: ChartBoard;
  private readonly toolbar: Toolbar;
  readonly shell: PanelShell<CurvesState, PanelRun>;
  private readonly reading = new ReadingProgress();
  private readonly summary = new SummaryList();
  /** Whether this panel has view settings, from before a reload or the workspace's. */
  private hasChoices: boolean;
  /** Of runs that are drawn as the mean of their seeds: the run whose look they have. */
  private readonly leaders = new Map<string, string>();
  private choicesTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToCurves, FromCurves, CurvesState>,
  ) {
    const stored = messenger.readState();
    this.hasChoices = isKept(stored);
    this.shell = new PanelShell(
      messenger,
      this.runs,
      restoreState(stored),
      () => this.draw(),
      (tookMs) => Math.max(drawIntervalMs, drawingShare * tookMs),
    );
    this.toolbar = new Toolbar({
      state: () => this.state,
      setState: this.setState,
      onReset: () => this.setState({ zoom: { y: {} } }),
      onChooseRuns: messenger.live ? this.shell.chooseRuns : undefined,
      hasSeeds: () => this.groups(this.shownRuns(), true).some(({ runs }) => runs.length > 1),
      hasRecords: (chart) => hasRecords(chart, this.runs.runs),
    });
    this.board = new ChartBoard({
      setState: this.setState,
      changeChart: (chart, change) =>
        this.setState({ charts: { ...this.state.charts, [chart]: { ...this.state.charts[chart], ...change } } }),
      state: () => this.state,
      save: (file) => saveFile(messenger, file),
      openEpoch: (runKey, epoch) => messenger.post({ type: 'openEpoch', runKey, epoch }),
      redraw: () => this.shell.drawing.soon(),
      announce: (text) => this.shell.live.say(text),
    });
    this.shell.content.append(this.runList.element, this.board.element);
    this.shell.mount(root, 'curves', {
      toolbar: this.toolbar.elements,
      above: [this.reading.element],
      below: this.summary.elements,
    });
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToCurves): void {
    if (message.type === 'hydrate') {
      this.series.clear();
      this.shell.showFailure(undefined);
    }
    if (message.type === 'names' || message.type === 'unreadable') this.shell.receive(message);
    else this.runs.apply(message);
    if (message.type === 'hydrate') {
      if (!this.hasChoices && message.choices !== undefined) this.shell.saveState(restoreChoices(message.choices));
      this.hasChoices = true;
      this.adoptRuns();
    }
    this.shell.drawing.later();
  }

  /** Forgets what was chosen of runs that the panel no longer shows. */
  private adoptRuns(): void {
    this.shell.adoptRuns();
    const { hidden, runKeys } = this.state;
    this.shell.saveState({ hidden: hidden.filter((runKey) => runKeys.includes(runKey)) });
  }

  private get state(): CurvesState {
    return this.shell.state;
  }

  /** What a person chose: kept, told to the host and drawn. */
  private readonly setState = (change: Partial<CurvesState>): void => {
    this.shell.setState(change);
    if (!this.messenger.live) return;
    clearTimeout(this.choicesTimer);
    this.choicesTimer = setTimeout(
      () => this.messenger.post({ type: 'choices', choices: choicesOf(this.state) }),
      choicesDelayMs,
    );
  };

  private showRuns(runKeys: readonly string[], shown: boolean): void {
    const others = this.state.hidden.filter((hidden) => !runKeys.includes(hidden));
    this.shell.setState({ hidden: shown ? others : [...others, ...runKeys] });
  }

  private draw(): void {
    const hasContents = this.shell.update();
    this.reading.update(this.runs.progress);
    const all = this.runs.runs;
    const context = this.context();
    this.leaders.clear();
    for (const group of context.groups) {
      for (const { header } of group.runs) this.leaders.set(header.runKey, group.runKey);
    }
    this.runList.update(all, this.state, (runKey) => this.styleOf(runKey), this.shell.theme.background);
    this.toolbar.update();
    if (hasContents) {
      this.board.draw(context);
      this.summary.updateView(summarizeView(this.state, xView(context, false).range, context.runs, context.groups));
    }
    this.summary.updateRuns(all);
    this.announceNews();
  }

  private context(): ChartContext {
    const runs = this.shownRuns();
    const groups = this.groups(runs, this.state.groupSeeds);
    const ofSeeds = new Map(
      groups.filter((group) => group.runs.length > 1).map(({ runKey, label }) => [runKey, label]),
    );
    return {
      state: this.state,
      runs,
      groups,
      runCount: this.runs.runs.length,
      labelOf: (runKey) => ofSeeds.get(runKey) ?? this.runs.labelOf(runKey),
      styleOf: (runKey) => this.styleOf(runKey),
      theme: this.shell.theme,
      series: this.series,
    };
  }

  private shownRuns(): PanelRun[] {
    return this.runs.runs.filter(({ header }) => !this.state.hidden.includes(header.runKey));
  }

  private groups(runs: readonly PanelRun[], together: boolean): SeedGroup[] {
    if (together) return groupBySeed(runs);
    return runs.map((run) => ({ runKey: run.header.runKey, runs: [run], label: run.header.label }));
  }

  /** Runs that are drawn as one line look like it in the list, too. */
  private styleOf(runKey: string): RunStyle {
    return runStyle(this.state.styles[this.leaders.get(runKey) ?? runKey] ?? 0, this.shell.theme);
  }

  private announceNews(): void {
    const news = this.runs.takeNews();
    if (news.length === 0) return;
    this.shell.live.sayNews(announce(news));
  }
}
