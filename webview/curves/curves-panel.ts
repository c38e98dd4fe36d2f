import type { CurvesState, FromCurves, ToCurves } from '../../common/panels/curves/curves-contract';
import { element } from '../shared/dom';
import { DrawingLoop } from '../shared/drawing-loop';
import { GoneNotice } from '../shared/gone-notice';
import { LiveRegion } from '../shared/live-region';
import type { Messenger } from '../shared/messenger';
import { panelNotice } from '../shared/notice';
import { NoticeView } from '../shared/notice-view';
import { ProblemList } from '../shared/problem-list';
import { labelsOfRuns } from '../shared/run-labels';
import { assignStyles, type RunStyle, runStyle } from '../shared/run-style';
import { saveFile } from '../shared/save-file';
import { onThemeChange, readTheme } from '../shared/theme';
import { xView } from './axes/x-view';
import { ChartBoard } from './charts/chart-board';
import type { ChartContext } from './charts/chart-context';
import { hasRecords } from './data/localisation-measures';
import { type PanelRun, PanelRuns } from './data/panel-runs';
import { groupBySeed, type SeedGroup } from './data/seed-groups';
import { SeriesPreparation } from './lines/curve-series';
import { choicesOf, isState, restoreChoices, restoreState } from './panel-state';
import { RunList } from './run-list';
import { ReadingProgress } from './text/reading-progress';
import { SummaryList } from './text/summary-list';
import { announce } from './text/text-summary';
import { summarizeView } from './text/view-summary';
import { Toolbar } from './toolbar';

/** News from a run is drawn at most so often; what a person does is drawn at once. */
const drawIntervalMs = 200;
/** Between two drawings pass so many times the last one's duration: while many long runs arrive, drawing leaves time to receive. */
const drawingShare = 8;
/** Choices go to the host when nothing has changed for so long: a slider moves in many steps. */
const choicesDelayMs = 500;

/** The panel: builds the page once, then follows messages, the person's choices and the theme. */
export class CurvesPanel {
  private readonly runs = new PanelRuns();
  private readonly series = new SeriesPreparation();
  private readonly runList = new RunList({
    onFilter: (filter) => this.keepAndDraw({ filter }),
    onShow: (runKeys, shown) => this.showRuns(runKeys, shown),
  });
  private readonly board: ChartBoard;
  private readonly toolbar: Toolbar;
  private readonly problems = new ProblemList();
  private readonly reading = new ReadingProgress();
  private readonly gone: GoneNotice;
  private readonly notice: NoticeView;
  private readonly content = element('div', { class: 'content' });
  private readonly summary = new SummaryList();
  private readonly live = new LiveRegion();
  private readonly announcedRevisions = new Map<string, number>();
  private state: CurvesState;
  /** Whether the person, now or before a reload, has made choices in this panel. */
  private hasChoices: boolean;
  /** Of runs that are drawn as the mean of their seeds: the run whose look they have. */
  private readonly leaders = new Map<string, string>();
  private theme = readTheme();
  private failure: string | undefined;
  private readonly drawing = new DrawingLoop(
    () => this.draw(),
    (tookMs) => Math.max(drawIntervalMs, drawingShare * tookMs),
  );
  private choicesTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToCurves, FromCurves, CurvesState>,
  ) {
    const stored = messenger.readState();
    this.hasChoices = isState(stored);
    this.state = restoreState(stored);
    const chooseRuns = () => messenger.post({ type: 'chooseRuns' });
    this.gone = new GoneNotice((message) => messenger.post(message));
    this.notice = new NoticeView(chooseRuns);
    const keep = (change: Partial<CurvesState>) => this.choose(change);
    this.toolbar = new Toolbar({
      state: () => this.state,
      keep,
      onReset: () => this.choose({ zoom: { y: {} } }),
      onChooseRuns: messenger.live ? chooseRuns : undefined,
      hasSeeds: () => this.groups(this.shownRuns(), true).some(({ runs }) => runs.length > 1),
      hasRecords: (chart) => hasRecords(chart, this.runs.runs),
    });
    this.board = new ChartBoard({
      keep,
      choose: (chart, change) =>
        this.choose({ charts: { ...this.state.charts, [chart]: { ...this.state.charts[chart], ...change } } }),
      state: () => this.state,
      save: (file) => saveFile(messenger, file),
      openEpoch: (runKey, epoch) => messenger.post({ type: 'openEpoch', runKey, epoch }),
      redraw: () => this.drawing.soon(),
      announce: (text) => this.live.say(text),
    });
    this.content.append(this.runList.element, this.board.element);
    root.classList.add('curves-panel');
    root.append(
      element(
        'div',
        { class: 'panel' },
        this.toolbar.element,
        this.problems.element,
        this.gone.element,
        this.reading.element,
        this.notice.element,
        this.content,
        ...this.summary.elements,
        this.live.element,
      ),
    );
    onThemeChange(() => {
      this.theme = readTheme();
      this.drawing.soon();
    });
    this.drawing.now();
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToCurves): void {
    if (message.type === 'hydrate') {
      this.series.clear();
      this.failure = undefined;
    }
    this.runs.apply(message);
    if (message.type === 'hydrate') {
      if (!this.hasChoices && message.choices !== undefined) this.keep(restoreChoices(message.choices));
      this.hasChoices = true;
      this.adoptRuns();
    }
    // It stays one of the panel's runs: perhaps it can be read after a reload.
    if (message.type === 'unreadable') {
      this.keep({ runKeys: [...new Set([...this.state.runKeys, message.runKey])] });
    }
    this.drawing.later();
  }

  showFailure(message: string): void {
    this.failure = message;
    this.drawProblems();
  }

  /** Remembers the runs of the panel for a reload. Choices about runs that are no longer there are forgotten. */
  private adoptRuns(): void {
    const runKeys = this.runs.runs.map(({ header }) => header.runKey);
    this.keep({
      runKeys,
      hidden: this.state.hidden.filter((runKey) => runKeys.includes(runKey)),
      styles: assignStyles(runKeys, this.state.styles),
    });
  }

  private keep(change: Partial<CurvesState>): void {
    this.state = { ...this.state, ...change };
    this.messenger.writeState(this.state);
  }

  /** What a person chose: kept, told to the host and drawn. */
  private choose(change: Partial<CurvesState>): void {
    this.keep(change);
    this.drawing.soon();
    if (!this.messenger.live) return;
    clearTimeout(this.choicesTimer);
    this.choicesTimer = setTimeout(
      () => this.messenger.post({ type: 'choices', choices: choicesOf(this.state) }),
      choicesDelayMs,
    );
  }

  private showRuns(runKeys: readonly string[], shown: boolean): void {
    const others = this.state.hidden.filter((hidden) => !runKeys.includes(hidden));
    this.keepAndDraw({ hidden: shown ? others : [...others, ...runKeys] });
  }

  private keepAndDraw(change: Partial<CurvesState>): void {
    this.keep(change);
    this.drawing.soon();
  }

  private draw(): void {
    this.drawProblems();
    this.gone.update(this.runs.runs);
    this.reading.update(this.runs.progress);
    this.drawNotice();
    const all = this.runs.runs;
    const context = this.context(all);
    this.leaders.clear();
    for (const group of context.groups) {
      for (const { header } of group.runs) this.leaders.set(header.runKey, group.runKey);
    }
    this.runList.update(all, this.state, (runKey) => this.styleOf(runKey), this.theme.background);
    this.toolbar.update();
    if (all.length > 0) {
      this.board.draw(context);
      this.summary.updateView(summarizeView(this.state, xView(context, false).range, context.runs, context.groups));
    }
    this.summary.updateRuns(all);
    this.announceNews(all);
  }

  private context(all: readonly PanelRun[]): ChartContext {
    const runs = this.shownRuns();
    const groups = this.groups(runs, this.state.groupSeeds);
    const labelOf = labelsOfRuns(all);
    const ofSeeds = new Map(
      groups.filter((group) => group.runs.length > 1).map(({ runKey, label }) => [runKey, label]),
    );
    return {
      state: this.state,
      runs,
      groups,
      runCount: all.length,
      labelOf: (runKey) => ofSeeds.get(runKey) ?? labelOf(runKey),
      styleOf: (runKey) => this.styleOf(runKey),
      theme: this.theme,
      series: this.series,
    };
  }

  private shownRuns(): PanelRun[] {
    return this.runs.runs.filter(({ header }) => !this.state.hidden.includes(header.runKey));
  }

  private groups(runs: readonly PanelRun[], together: boolean): SeedGroup[] {
    if (together)
      return groupBySeed(runs, (runKey) => runs.find(({ header }) => header.runKey === runKey)?.header.name ?? runKey);
    const labelOf = labelsOfRuns(runs);
    return runs.map((run) => ({ runKey: run.header.runKey, runs: [run], label: labelOf(run.header.runKey) }));
  }

  /** Runs that are drawn as one line look like it in the list, too. */
  private styleOf(runKey: string): RunStyle {
    return runStyle(this.state.styles[this.leaders.get(runKey) ?? runKey] ?? 0, this.theme);
  }

  private drawProblems(): void {
    this.problems.update(this.runs.unreadable, this.failure);
  }

  private drawNotice(): void {
    const notice = panelNotice(this.runs, this.messenger.live);
    this.notice.update(notice);
    this.toolbar.element.hidden = notice !== undefined;
    this.content.hidden = notice !== undefined;
  }

  private announceNews(all: readonly PanelRun[]): void {
    const news = all.filter((run) => this.announcedRevisions.get(run.header.runKey) !== run.revision);
    if (news.length === 0) return;
    for (const run of news) this.announcedRevisions.set(run.header.runKey, run.revision);
    this.live.sayNews(announce(news, labelsOfRuns(all)));
  }
}
