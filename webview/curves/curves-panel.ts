import { type CurvesState, type FromCurves, type ToCurves, webviewProtocolVersion } from '../protocol';
import { element, setText } from '../shared/dom';
import type { Messenger } from '../shared/messenger';
import { formatLearningRate, formatLoss, formatLossTick, formatPercent } from '../shared/number-format';
import { assignStyles, type RunStyle, runStyle } from '../shared/run-style';
import { onThemeChange, readTheme } from '../shared/theme';
import { button, choice } from '../shared/toolkit';
import { Announcer } from './announcer';
import { CurveChart, type CurveChartSettings } from './curve-chart';
import { type ChartLines, LinePreparation, stepRange, stepsPerEpoch } from './curve-lines';
import { emptyChartText, panelNotice } from './notice';
import { type PanelRun, PanelRuns, runLabels } from './panel-runs';
import { maximumSmoothing, restoreState } from './panel-state';
import { RunList } from './run-list';
import { announce, summarizeRun } from './text-summary';

/** News from a run is drawn at most so often; what a person does is drawn at once. */
const drawIntervalMs = 200;
const announceIntervalMs = 15_000;

type ChartName = keyof ChartLines;

/** A chart with its frame. */
interface ChartView {
  section: HTMLElement;
  heading: HTMLElement;
  canvas: HTMLCanvasElement;
  empty: HTMLElement;
  chart: CurveChart;
}

/** The panel: builds the page once, then follows messages, the person's choices and the theme. */
export class CurvesPanel {
  private readonly runs = new PanelRuns();
  private readonly lines = new LinePreparation();
  private readonly runList = new RunList((runId, shown) => this.toggleRun(runId, shown));
  private readonly charts: Record<ChartName, ChartView>;
  private readonly problems = element('div', { class: 'problems', role: 'alert' });
  private readonly notice = element('div', { class: 'notice' });
  private readonly noticeTitle = element('h2');
  private readonly noticeAdvice = element('p');
  private readonly noticeButton: HTMLElement;
  private readonly content = element('div', { class: 'content' });
  private readonly toolbar: HTMLElement;
  private readonly summary = element('ul', { id: 'summary', class: 'for-screen-readers', 'aria-label': 'Summary' });
  private readonly summaryItems = new Map<string, HTMLElement>();
  private readonly announcer: Announcer;
  private readonly announcedRevisions = new Map<string, number>();
  private state: CurvesState;
  private theme = readTheme();
  private failure: string | undefined;
  private drawnAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame: number | undefined;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToCurves, FromCurves, CurvesState>,
  ) {
    this.state = restoreState(messenger.readState());
    const chooseRuns = () => messenger.post({ type: 'chooseRuns' });
    this.noticeButton = button('Choose Runs…', chooseRuns);
    this.toolbar = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'What the charts show' });
    this.toolbar.append(this.lossControl(), this.smoothingControl());
    if (messenger.live) this.toolbar.append(button('Choose Runs…', chooseRuns));
    this.notice.append(this.noticeTitle, this.noticeAdvice, this.noticeButton);
    this.charts = {
      loss: this.chartView(
        'loss',
        { formatValue: formatLoss, formatTick: formatLossTick, beginAtZero: false, minimumSpan: 0.1 },
        true,
      ),
      validation: this.chartView(
        'validation',
        {
          formatValue: formatPercent,
          formatTick: (value) => `${Number((value * 100).toFixed(1))} %`,
          beginAtZero: false,
          minimumSpan: 0.1,
        },
        true,
      ),
      learningRate: this.chartView(
        'learning-rate',
        { formatValue: formatLearningRate, formatTick: formatLearningRate, beginAtZero: true, minimumSpan: 0 },
        false,
      ),
    };
    const sections = Object.values(this.charts).map(({ section }) => section);
    this.content.append(this.runList.element, element('div', { class: 'charts' }, ...sections));
    const live = element('div', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
    this.announcer = new Announcer((text) => setText(live, text), announceIntervalMs);
    root.classList.add('curves-panel');
    root.append(
      element('div', { class: 'panel' }, this.toolbar, this.problems, this.notice, this.content, this.summary, live),
    );
    onThemeChange(() => {
      this.theme = readTheme();
      this.drawSoon();
    });
    this.draw();
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToCurves): void {
    if (message.type === 'hydrate') {
      if (message.version !== webviewProtocolVersion) {
        throw new Error('this panel belongs to another version of MixProp Studio: close it and open it again');
      }
      this.lines.clear();
      this.failure = undefined;
    }
    this.runs.apply(message);
    if (message.type === 'hydrate') this.adoptRuns();
    // It stays one of the panel's runs: perhaps it can be read after a reload.
    if (message.type === 'unreadable') {
      this.keep({ runIds: [...new Set([...this.state.runIds, message.runId])] });
    }
    this.drawLater();
  }

  showFailure(message: string): void {
    this.failure = message;
    this.drawProblems();
  }

  /** Remembers the runs of the panel for a reload. Choices about runs that are no longer there are forgotten. */
  private adoptRuns(): void {
    const runIds = this.runs.runs.map(({ header }) => header.runId);
    this.keep({
      runIds,
      hidden: this.state.hidden.filter((runId) => runIds.includes(runId)),
      styles: assignStyles(runIds, this.state.styles),
    });
  }

  private keep(change: Partial<CurvesState>): void {
    this.state = { ...this.state, ...change };
    this.messenger.writeState(this.state);
  }

  private toggleRun(runId: string, shown: boolean): void {
    const others = this.state.hidden.filter((hidden) => hidden !== runId);
    this.keep({ hidden: shown ? others : [...others, runId] });
    this.drawSoon();
  }

  private smoothingControl(): HTMLElement {
    const slider = element('input', {
      type: 'range',
      id: 'smoothing',
      min: '0',
      max: String(maximumSmoothing),
      step: '0.01',
      value: String(this.state.smoothing),
    }) as HTMLInputElement;
    const value = element('span', { class: 'value', 'aria-hidden': 'true' }, this.state.smoothing.toFixed(2));
    slider.addEventListener('input', () => {
      const smoothing = Number(slider.value);
      setText(value, smoothing.toFixed(2));
      this.keep({ smoothing });
      this.drawSoon();
    });
    const label = element('label', { for: 'smoothing', class: 'caption' }, 'Smoothing');
    return element('div', { class: 'smoothing' }, label, slider, value);
  }

  private lossControl(): HTMLElement {
    const options = [
      ['branches', 'Main and aux'],
      ['total', 'Total'],
    ] as const;
    return choice('Loss', options, this.state.loss, (loss) => {
      this.keep({ loss });
      this.drawSoon();
    });
  }

  private chartView(id: string, settings: CurveChartSettings, paired: boolean): ChartView {
    const heading = element('h2');
    const canvas = element('canvas', { role: 'img' }) as HTMLCanvasElement;
    const empty = element('p', { class: 'empty' });
    const plot = element('div', { class: 'plot' }, canvas, empty);
    const section = element('section', { class: `chart ${id}` }, element('div', { class: 'chart-head' }, heading));
    if (paired) section.firstElementChild?.append(branchKey());
    section.append(plot);
    return { section, heading, canvas, empty, chart: new CurveChart(canvas, settings, () => this.drawSoon()) };
  }

  /** Draws with the next frame; a hidden panel has no frames and costs nothing. */
  private drawSoon(): void {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  private drawLater(): void {
    const wait = this.drawnAt + drawIntervalMs - Date.now();
    if (wait <= 0) this.drawSoon();
    else {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.drawSoon();
      }, wait);
    }
  }

  private draw(): void {
    this.frame = undefined;
    this.drawnAt = Date.now();
    this.drawProblems();
    this.drawNotice();
    const all = this.runs.runs;
    this.runList.update(all, this.state, (runId) => this.styleOf(runId), this.theme.background);
    this.drawCharts(all);
    this.drawSummary(all);
  }

  private styleOf(runId: string): RunStyle {
    return runStyle(this.state.styles[runId] ?? 0, this.theme);
  }

  private drawProblems(): void {
    const texts = this.runs.unreadable.map(([runId, message]) => `Run ${runId} cannot be read: ${message}`);
    if (this.failure !== undefined) texts.unshift(`The panel has a problem: ${this.failure}`);
    const current = [...this.problems.children].map((child) => child.textContent);
    if (texts.join('\n') === current.join('\n')) return;
    this.problems.replaceChildren(...texts.map((text) => element('p', {}, text)));
  }

  private drawNotice(): void {
    const notice = panelNotice(this.runs, this.messenger.live);
    this.notice.hidden = notice === undefined;
    this.toolbar.hidden = notice !== undefined;
    this.content.hidden = notice !== undefined;
    setText(this.noticeTitle, notice?.title ?? '');
    setText(this.noticeAdvice, notice?.advice ?? '');
    this.noticeButton.hidden = notice?.offersRuns !== true;
  }

  private drawCharts(all: readonly PanelRun[]): void {
    if (all.length === 0) return;
    const shown = all.filter(({ header }) => !this.state.hidden.includes(header.runId));
    const { smoothing, loss } = this.state;
    const lines = this.lines.prepare(shown, { smoothing, loss, pixelColumns: this.charts.loss.chart.pixelColumns });
    const titles: Record<ChartName, string> = {
      loss: loss === 'total' ? 'Training loss, total' : 'Training loss',
      validation: 'Validation top-1',
      learningRate: 'Learning rate',
    };
    const labels = runLabels(all);
    const counts = {
      shown: shown.length,
      total: all.length,
      started: shown.some(({ steps }) => steps.step.length > 0),
    };
    for (const name of Object.keys(this.charts) as ChartName[]) {
      const { section, heading, canvas, empty, chart } = this.charts[name];
      const isEmpty = lines[name].every(({ points }) => points.length === 0);
      setText(heading, titles[name]);
      section.classList.toggle(
        'paired',
        lines[name].some(({ kind }) => kind === 'aux'),
      );
      canvas.setAttribute('aria-label', chartLabel(titles[name], lines[name].length));
      section.classList.toggle('vacant', isEmpty);
      empty.hidden = !isEmpty;
      setText(empty, isEmpty ? emptyChartText(name, counts) : '');
      chart.draw({
        lines: lines[name],
        styleOf: (runId) => this.styleOf(runId),
        labelOf: (runId) => labels.get(runId) ?? runId,
        range: stepRange(shown),
        stepsPerEpoch: stepsPerEpoch(shown),
        theme: this.theme,
      });
    }
  }

  private drawSummary(all: readonly PanelRun[]): void {
    const present = new Set(all.map(({ header }) => header.runId));
    for (const [runId, item] of this.summaryItems) {
      if (present.has(runId)) continue;
      item.remove();
      this.summaryItems.delete(runId);
    }
    for (const run of all) {
      const { runId } = run.header;
      let item = this.summaryItems.get(runId);
      if (item === undefined) {
        item = element('li');
        this.summaryItems.set(runId, item);
        this.summary.append(item);
      }
      const { text, attributes } = summarizeRun(run);
      for (const [name, value] of Object.entries(attributes)) item.setAttribute(name, value);
      setText(item, text);
    }
    const news = all.filter((run) => this.announcedRevisions.get(run.header.runId) !== run.revision);
    if (news.length === 0) return;
    for (const run of news) this.announcedRevisions.set(run.header.runId, run.revision);
    const labels = runLabels(all);
    this.announcer.say(announce(news, (runId) => labels.get(runId) ?? runId));
  }
}

function chartLabel(title: string, lineCount: number): string {
  const count = lineCount === 1 ? 'one line' : `${lineCount} lines`;
  return `${title} by training step, ${count}. The summary has the numbers.`;
}

/** Says what solid and dashed mean. */
function branchKey(): HTMLElement {
  const item = (name: string) => element('span', { class: `key ${name}` }, name);
  return element('span', { class: 'branch-key' }, item('main'), item('aux'));
}
