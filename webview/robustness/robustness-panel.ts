import type { SavedFile } from '../../common/panels/protocol';
import type {
  FromRobustness,
  RobustnessCell,
  RobustnessMeasureName,
  RobustnessRequests,
  RobustnessState,
  ToRobustness,
} from '../../common/panels/robustness/robustness-contract';
import type { MenuEntry } from '../shared/chart-menu';
import { element, setText } from '../shared/dom';
import { DrawingLoop } from '../shared/drawing-loop';
import { fillSelect } from '../shared/fill-select';
import { GoneNotice } from '../shared/gone-notice';
import { HostRequests } from '../shared/host-requests';
import { LiveRegion } from '../shared/live-region';
import type { Messenger } from '../shared/messenger';
import { panelNotice } from '../shared/notice';
import { NoticeView } from '../shared/notice-view';
import { PairChoice } from '../shared/pair-choice';
import { ProblemList } from '../shared/problem-list';
import { labelsOfRuns, markedLabel } from '../shared/run-labels';
import { assignStyles, type RunStyle, runStyle } from '../shared/run-style';
import { saveFile } from '../shared/save-file';
import { SummaryItems } from '../shared/summary-items';
import { onThemeChange, readTheme } from '../shared/theme';
import { button, choice } from '../shared/toolkit';
import { Tooltip } from '../shared/tooltip';
import { comparabilityNote } from './comparability';
import { CurvesSection } from './curves-section';
import { FiguresView } from './figures-view';
import { FlipStore } from './flip-store';
import { FlipsView } from './flips-view';
import type { Cell } from './heatmap-contents';
import type { FigureContents } from './heatmap-figure';
import { differenceFigure, differenceKey, placeOfCell, sourceFigures } from './heatmap-figures';
import { heatmapDrawing } from './heatmap-picture';
import { measureNames, measures } from './measures';
import { restoreState } from './panel-state';
import { framedSources } from './robustness-matrix';
import { RobustnessRuns, type RobustnessSource, sourceLabel, sourcesOf } from './robustness-runs';
import { saveEntries } from './save-entries';
import { curvesPicture, type SeverityCurves } from './severity-curves';
import { shownCurves } from './shown-curves';
import type { SourceLooks } from './source-looks';
import { SummaryTable } from './summary-table';
import { announceSources, summarizeSource } from './text-summary';

/** Of a picture of curves, in CSS pixels. */
const curvesPictureSize = { width: 560, height: 300 };

/** The panel: builds the page once, then follows messages, the person's choices and the theme. */
export class RobustnessPanel {
  private readonly runs = new RobustnessRuns();
  private readonly requests: HostRequests<RobustnessRequests>;
  private readonly flipStore: FlipStore;
  private readonly problems = new ProblemList();
  private readonly gone: GoneNotice;
  private readonly notice: NoticeView;
  private readonly nothingEvaluated: NoticeView;
  private readonly toolbar = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'What the panel shows' });
  private readonly content = element('div', { class: 'content' });
  private readonly definition = element('p', { class: 'definition', id: 'robustness-measure-definition' });
  private readonly note = element('p', { class: 'comparability' });
  private readonly unevaluated = element('p', { class: 'definition' });
  private readonly summaryTable = new SummaryTable();
  private readonly figures: FiguresView;
  private readonly curves: CurvesSection;
  private readonly flips: FlipsView;
  private readonly tooltip = new Tooltip();
  private readonly summary = new SummaryItems('robustness-summary', 'Summary of the robustness');
  private readonly live = new LiveRegion();
  private announcedRevision = 0;
  private readonly measureChoice = element('select', { id: 'robustness-measure' }) as HTMLSelectElement;
  private readonly viewChoice: HTMLElement;
  private readonly branchChoice: HTMLElement;
  private readonly pairChoice: PairChoice;
  private state: RobustnessState;
  private theme = readTheme();
  private failure: string | undefined;
  private readonly drawing = new DrawingLoop(() => this.draw());

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToRobustness, FromRobustness, RobustnessState>,
  ) {
    this.state = restoreState(messenger.readState());
    this.requests = new HostRequests(messenger);
    this.flipStore = new FlipStore(this.requests, () => this.drawing.soon());
    const chooseRuns = () => messenger.post({ type: 'chooseRuns' });
    const evaluate = () => messenger.post({ type: 'evaluate' });
    this.gone = new GoneNotice((message) => messenger.post(message));
    this.notice = new NoticeView(chooseRuns);
    this.nothingEvaluated = new NoticeView(evaluate, 'Evaluate Run…');
    this.viewChoice = choice(
      'Show',
      [
        ['sources', 'Runs'],
        ['difference', 'Difference'],
      ],
      this.state.view,
      (view) => this.choose({ view }),
    );
    this.branchChoice = choice(
      'Branches',
      [
        ['all', 'All'],
        ['main', 'Main'],
        ['aux', 'Aux'],
      ],
      this.state.branches,
      (branches) => this.choose({ branches }),
    );
    this.pairChoice = new PairChoice(['First of the difference', 'Second of the difference'], 'minus', (pair) =>
      this.choose({ pair }),
    );
    this.toolbar.append(this.measureControl(), this.branchChoice, this.viewChoice, this.pairChoice.element);
    if (messenger.live) {
      const actions = element('span', { class: 'actions' });
      actions.append(button('Evaluate Run…', evaluate), button('Choose Runs…', chooseRuns));
      this.toolbar.append(actions);
    }
    this.figures = new FiguresView({
      onSelect: (key, cell) => this.selectCell(key, cell),
      onPoint: (text, anchor) => this.tooltip.show(text, anchor),
      onEvaluation: (key, name) => this.chooseEvaluation(key, name),
      menu: (key, contents) => this.figureMenu(key, contents),
    });
    this.curves = new CurvesSection({
      onCorruption: (corruption) => this.choose({ corruption }),
      menu: (curves) => this.curvesMenu(curves),
    });
    this.flips = new FlipsView({
      onMore: () => {
        this.flipStore.more();
        this.drawing.soon();
      },
      onClose: () => this.select(undefined),
    });
    this.content.append(
      this.note,
      this.summaryTable.element,
      this.unevaluated,
      this.definition,
      this.figures.legend.element,
      this.figures.element,
      this.flips.element,
      ...this.curves.elements,
    );
    this.content.addEventListener('keydown', (event) => {
      const isInMenu = (event.target as HTMLElement).closest('.popover') !== null;
      if (event.key === 'Escape' && !isInMenu && this.state.selection !== undefined) this.select(undefined);
    });
    root.classList.add('robustness-panel');
    root.append(
      element(
        'div',
        { class: 'panel' },
        this.toolbar,
        this.problems.element,
        this.gone.element,
        this.notice.element,
        this.nothingEvaluated.element,
        this.content,
        this.summary.element,
        this.live.element,
        this.tooltip.element,
      ),
    );
    onThemeChange(() => {
      this.theme = readTheme();
      this.drawing.soon();
    });
    new ResizeObserver(() => this.drawing.soon()).observe(this.content);
    this.drawing.now();
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToRobustness): void {
    switch (message.type) {
      case 'reply':
      case 'progress':
      case 'failure':
        this.requests.receive(message);
        break;
      case 'hydrate':
        this.failure = undefined;
        this.runs.apply(message);
        this.requests.forget();
        this.flipStore.forget();
        this.adoptRuns();
        break;
      case 'run':
        this.runs.apply(message);
        // An evaluation of the same name may be another.
        this.flipStore.forget();
        this.adoptRuns();
        break;
      case 'names':
        this.runs.apply(message);
        break;
      case 'unreadable':
        this.runs.apply(message);
        // It stays one of the panel's runs: perhaps it can be read after a reload.
        this.keep({ runKeys: [...new Set([...this.state.runKeys, message.runKey])] });
        break;
    }
    this.drawing.soon();
  }

  showFailure(message: string): void {
    this.failure = message;
    this.drawProblems();
  }

  /** Remembers the runs of the panel for a reload. Choices about runs that are no longer there are forgotten. */
  private adoptRuns(): void {
    const runKeys = this.runs.runs.map(({ header }) => header.runKey);
    const { selection, ...rest } = this.state;
    const evaluations = Object.entries(this.state.evaluations).filter(([runKey]) => runKeys.includes(runKey));
    this.state = {
      ...rest,
      runKeys,
      evaluations: Object.fromEntries(evaluations),
      styles: assignStyles(runKeys, this.state.styles),
      ...(selection !== undefined && runKeys.includes(selection.runKey) ? { selection } : {}),
    };
    this.messenger.writeState(this.state);
  }

  private keep(change: Partial<RobustnessState>): void {
    this.state = { ...this.state, ...change };
    this.messenger.writeState(this.state);
  }

  private choose(change: Partial<RobustnessState>): void {
    this.keep(change);
    this.drawing.soon();
  }

  private select(selection: RobustnessCell | undefined): void {
    const { selection: _, ...rest } = this.state;
    this.state = selection === undefined ? rest : { ...rest, selection, corruption: selection.corruption };
    this.messenger.writeState(this.state);
    this.tooltip.show(undefined);
    this.drawing.soon();
  }

  private measureControl(): HTMLElement {
    fillSelect(
      this.measureChoice,
      measureNames.map((name) => [name, measures[name].label]),
      this.state.measure,
    );
    this.measureChoice.setAttribute('aria-describedby', 'robustness-measure-definition');
    this.measureChoice.addEventListener('change', () =>
      this.choose({ measure: this.measureChoice.value as RobustnessMeasureName }),
    );
    const label = element('label', { for: 'robustness-measure', class: 'caption' }, 'Measure');
    return element('div', { class: 'measure' }, label, this.measureChoice);
  }

  private draw(): void {
    const sources = sourcesOf(this.runs.runs, this.state);
    this.drawProblems();
    this.gone.update(this.runs.runs);
    this.drawNotices(sources);
    if (sources.length > 0) {
      this.drawChoices();
      this.drawWords(sources);
      this.drawFigures();
      this.drawFlips(sources);
    }
    this.drawSummary(sources);
  }

  private drawProblems(): void {
    const damaged = this.runs.runs.flatMap(({ header, problems }) =>
      problems.map((problem): [string, string] => [header.label, problem]),
    );
    this.problems.update([...this.runs.unreadable, ...damaged], this.failure);
  }

  private drawNotices(sources: readonly RobustnessSource[]): void {
    const notice = panelNotice(this.runs, this.messenger.live);
    this.notice.update(notice);
    const isEmpty = notice === undefined && sources.length === 0;
    this.nothingEvaluated.update(isEmpty ? emptyNotice(this.messenger.live) : undefined);
    this.toolbar.hidden = notice !== undefined || isEmpty;
    this.content.hidden = notice !== undefined || isEmpty;
  }

  private styleOf(runKey: string): RunStyle {
    return runStyle(this.state.styles[runKey] ?? 0, this.theme);
  }

  private labelOf = (source: RobustnessSource): string => sourceLabel(source, labelsOfRuns(this.runs.runs));

  /** Of the difference, whatever branches are shown: those chosen, or the first two. */
  private pair(): RobustnessSource[] {
    const all = sourcesOf(this.runs.runs, { ...this.state, branches: 'all' });
    const chosen = this.state.pair.map((key) => all.find((source) => source.key === key));
    const first = chosen[0] ?? all.find((source) => source !== chosen[1]);
    const second = chosen[1] ?? all.find((source) => source !== first);
    return first === undefined || second === undefined ? [] : [first, second];
  }

  private get showsDifference(): boolean {
    return this.state.view === 'difference' && this.pair().length === 2;
  }

  /** Those that are compared: the two of a difference, or all. */
  private get shownSources(): RobustnessSource[] {
    return this.showsDifference ? this.pair() : sourcesOf(this.runs.runs, this.state);
  }

  private drawChoices(): void {
    const all = sourcesOf(this.runs.runs, { ...this.state, branches: 'all' });
    const { showsDifference } = this;
    this.viewChoice.hidden = all.length < 2;
    this.branchChoice.hidden = showsDifference || all.every(({ branch }) => branch === 'main');
    this.pairChoice.element.hidden = !showsDifference;
    this.pairChoice.update(
      all.map((source) => [source.key, this.labelOf(source)]),
      this.pair().map(({ key }) => key),
    );
  }

  private drawWords(sources: readonly RobustnessSource[]): void {
    const { label, meaning, worse } = measures[this.state.measure];
    const more = worse === 'higher' ? 'Lower is better.' : 'Higher is better.';
    const leads = this.messenger.live ? ' A cell leads to the images that are lost there.' : '';
    setText(this.definition, `${label}: ${meaning} ${more}${leads}`);
    setText(this.note, comparabilityNote(this.shownSources) ?? '');
    this.note.hidden = this.note.textContent === '';
    const without = this.runs.runs.filter(({ evaluations }) => evaluations.length === 0);
    const labelOfRun = labelsOfRuns(this.runs.runs);
    const names = without.map(({ header }) => labelOfRun(header.runKey)).join(', ');
    setText(this.unevaluated, without.length === 0 ? '' : `Not evaluated yet: ${names}.`);
    this.unevaluated.hidden = without.length === 0;
    const marked = (source: RobustnessSource) => sourceLabel(source, () => markedLabel(source.header));
    this.summaryTable.update(sources, marked, (runKey) => this.styleOf(runKey));
  }

  /** The heatmaps, and the curves below them. */
  private drawFigures(): void {
    const { measure, corruption: wanted } = this.state;
    const shown = framedSources(this.shownSources, measure);
    const looks: SourceLooks = {
      labelOf: this.labelOf,
      styleOf: (runKey) => this.styleOf(runKey),
      theme: this.theme,
    };
    this.figures.update(
      this.showsDifference
        ? differenceFigure(shown, this.state, looks)
        : sourceFigures(shown, this.state, looks, this.runs.runs),
    );
    const names = shown.frame.corruptions.map(({ name }) => name);
    const corruption = wanted !== undefined && names.includes(wanted) ? wanted : names[0];
    this.curves.update(shownCurves(shown, measure, corruption, looks), names, corruption);
  }

  private chooseEvaluation(key: string, name: string): void {
    const source = sourcesOf(this.runs.runs, this.state).find((one) => one.key === key);
    if (source === undefined) return;
    this.choose({ evaluations: { ...this.state.evaluations, [source.header.runKey]: name } });
  }

  private selectCell(key: string, cell: Cell): void {
    const place = placeOfCell(this.shownSources, key, cell);
    if (place === undefined) return;
    if (place.images === undefined) {
      this.choose({ corruption: place.corruption });
      return;
    }
    this.select(place.images);
    requestAnimationFrame(() => requestAnimationFrame(() => this.flips.element.scrollIntoView({ block: 'nearest' })));
  }

  private drawFlips(sources: readonly RobustnessSource[]): void {
    const { selection } = this.state;
    const source = [...sources, ...this.pair()].find(
      ({ header, branch, evaluation }) =>
        header.runKey === selection?.runKey && branch === selection.branch && evaluation.name === selection.evaluation,
    );
    this.flips.element.hidden = selection === undefined || source === undefined;
    if (selection === undefined || source === undefined) return;
    this.flips.update(selection, this.labelOf(source), this.flipStore.get(selection), this.messenger.live);
  }

  private figureMenu(key: string, contents: FigureContents): MenuEntry[] {
    const shown = this.shownSources.filter((source) => key === differenceKey || source.key === key);
    const drawing = () => heatmapDrawing(contents, this.theme);
    return saveEntries(`robustness ${contents.title}`, drawing, shown, this.save);
  }

  private curvesMenu(curves: SeverityCurves): MenuEntry[] {
    const { width, height } = curvesPictureSize;
    const drawing = () => curvesPicture(curves, width, height);
    return saveEntries(`severity curves ${curves.title}`, drawing, this.shownSources, this.save);
  }

  private save = (file: SavedFile): void => saveFile(this.messenger, file);

  private drawSummary(sources: readonly RobustnessSource[]): void {
    this.summary.update(sources.map((source) => summarizeSource(source, this.state.measure)));
    if (this.runs.revision === this.announcedRevision || sources.length === 0) return;
    this.announcedRevision = this.runs.revision;
    this.live.sayNews(announceSources(sources, this.state.measure, this.labelOf));
  }
}

function emptyNotice(live: boolean) {
  return {
    title: 'No evaluation yet',
    advice: live
      ? '“MixProp: Evaluate Run” measures a run on clean and corrupted images.'
      : 'The runs were not evaluated when the report was made.',
    offersRuns: live,
  };
}
