import type { SavedFile } from '../../common/panels/protocol';
import type {
  FromRobustness,
  RobustnessCell,
  RobustnessMeasureName,
  RobustnessRequests,
  RobustnessRun,
  RobustnessState,
  ToRobustness,
} from '../../common/panels/robustness/robustness-contract';
import type { MenuEntry } from '../shared/chart-menu';
import { element, setText } from '../shared/dom';
import { HostRequests } from '../shared/host-requests';
import { KnownRuns } from '../shared/known-runs';
import type { Messenger } from '../shared/messenger';
import { NoticeView } from '../shared/notice-view';
import { PairSelect } from '../shared/pair-select';
import { PanelShell } from '../shared/panel-shell';
import { markedLabel } from '../shared/run-labels';
import { saveEntries } from '../shared/save-entries';
import { saveFile } from '../shared/save-file';
import { Select } from '../shared/select';
import { SummaryItems } from '../shared/summary-items';
import { button, radioGroup } from '../shared/toolkit';
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
import { robustnessCsv } from './robustness-csv';
import { framedSources } from './robustness-matrix';
import { type RobustnessSource, type SourceLooks, sourceLabel, sourcesOf } from './robustness-runs';
import { type SeverityCurves, severityPicture } from './severity-curves';
import { shownCurves } from './shown-curves';
import { SummaryTable } from './summary-table';
import { announceSources, summarizeSource } from './text-summary';

/** The panel: builds the page once, then follows messages, what a person does, and the theme. */
export class RobustnessPanel {
  private readonly runs = new KnownRuns<RobustnessRun>();
  private readonly requests: HostRequests<RobustnessRequests>;
  private readonly flipStore: FlipStore;
  readonly shell: PanelShell<RobustnessState, RobustnessRun>;
  private readonly definition = element('p', { class: 'definition', id: 'robustness-measure-definition' });
  private readonly note = element('p', { class: 'comparability' });
  private readonly unevaluated = element('p', { class: 'definition' });
  private readonly summaryTable = new SummaryTable();
  private readonly figures: FiguresView;
  private readonly curves: CurvesSection;
  private readonly flips: FlipsView;
  private readonly tooltip = new Tooltip();
  private readonly summary = new SummaryItems('robustness-summary', 'Summary of the robustness');
  private readonly viewRadios: HTMLElement;
  private readonly branchRadios: HTMLElement;
  private readonly pairSelect: PairSelect;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToRobustness, FromRobustness, RobustnessState>,
  ) {
    this.shell = new PanelShell(messenger, this.runs, restoreState(messenger.readState()), () => this.draw());
    this.requests = new HostRequests(messenger);
    this.flipStore = new FlipStore(this.requests, () => this.shell.drawing.soon());
    const evaluate = () => messenger.post({ type: 'evaluate' });
    const { setState } = this.shell;
    const attributes = { id: 'robustness-measure', 'aria-describedby': 'robustness-measure-definition' };
    const measure = new Select<RobustnessMeasureName>('Measure', (measure) => setState({ measure }), attributes);
    measure.update(
      measureNames.map((name) => [name, measures[name].label]),
      this.state.measure,
    );
    const views = { sources: 'Runs', difference: 'Difference' };
    this.viewRadios = radioGroup('Show', views, this.state.view, (view) => setState({ view }));
    const branches = { all: 'All', main: 'Main', aux: 'Aux' };
    this.branchRadios = radioGroup('Branches', branches, this.state.branches, (branches) => setState({ branches }));
    const pairLabels = ['First of the difference', 'Second of the difference'] as const;
    this.pairSelect = new PairSelect(pairLabels, 'minus', (pair) => setState({ pair }));
    const toolbar = [measure.element, this.branchRadios, this.viewRadios, this.pairSelect.element];
    if (messenger.live) {
      const buttons = [button('Evaluate Run…', evaluate), button('Choose Runs…', this.shell.chooseRuns)];
      toolbar.push(element('span', { class: 'actions' }, ...buttons));
    }
    this.figures = new FiguresView({
      onSelect: (key, cell) => this.selectCell(key, cell),
      onPoint: this.tooltip.show,
      onEvaluation: (key, name) => this.chooseEvaluation(key, name),
      menu: (key, contents) => this.figureMenu(key, contents),
    });
    this.curves = new CurvesSection({
      onCorruption: (corruption) => this.shell.setState({ corruption }),
      menu: (curves) => this.curvesMenu(curves),
    });
    this.flips = new FlipsView({
      onMore: () => {
        this.flipStore.more();
        this.shell.drawing.soon();
      },
      onClose: () => this.select(undefined),
    });
    this.shell.content.append(
      this.note,
      this.summaryTable.element,
      this.unevaluated,
      this.definition,
      this.figures.legend.element,
      this.figures.element,
      this.flips.element,
      ...this.curves.elements,
    );
    this.shell.content.addEventListener('keydown', (event) => {
      const isInMenu = (event.target as HTMLElement).closest('.popover') !== null;
      if (event.key === 'Escape' && !isInMenu && this.state.selection !== undefined) this.select(undefined);
    });
    this.shell.mount(root, 'robustness', {
      toolbar,
      below: [this.summary.element, this.tooltip.element],
      emptiness: new NoticeView(evaluate, 'Evaluate Run…'),
    });
    new ResizeObserver(() => this.shell.drawing.soon()).observe(this.shell.content);
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
        this.shell.showFailure(undefined);
        this.runs.hydrate(message.runs);
        this.requests.forget();
        this.flipStore.forget();
        this.adoptRuns();
        break;
      case 'run':
        this.runs.set(message.run);
        // An evaluation of the same name may be another.
        this.flipStore.forget();
        this.adoptRuns();
        break;
      default:
        this.shell.receive(message);
        break;
    }
    this.shell.drawing.soon();
  }

  /** Forgets what was selected of runs that the panel no longer shows. */
  private adoptRuns(): void {
    this.shell.adoptRuns();
    const { runKeys, evaluations, selection } = this.state;
    this.shell.saveState({
      evaluations: Object.fromEntries(Object.entries(evaluations).filter(([runKey]) => runKeys.includes(runKey))),
      selection: selection && runKeys.includes(selection.runKey) ? selection : undefined,
    });
  }

  private get state(): RobustnessState {
    return this.shell.state;
  }

  private select(selection: RobustnessCell | undefined): void {
    this.tooltip.show(undefined);
    this.shell.setState({ selection, ...(selection && { corruption: selection.corruption }) });
  }

  private draw(): void {
    const sources = sourcesOf(this.runs.runs, this.state);
    const isEvaluated = sources.length > 0;
    const damaged = this.runs.runs.flatMap(({ header, problems }) =>
      problems.map((problem): [string, string] => [header.label, problem]),
    );
    if (this.shell.update(isEvaluated ? undefined : emptyNotice(this.messenger.live), damaged)) {
      this.drawToolbar();
      this.drawWords(sources);
      this.drawFigures();
      this.drawFlips(sources);
    }
    this.drawSummary(sources);
  }

  private labelOf = (source: RobustnessSource): string => sourceLabel(source, this.runs.labelOf);

  /** The two sources of the difference, whatever branches are shown: those selected, or the first two. */
  private pair(): RobustnessSource[] {
    const all = sourcesOf(this.runs.runs, { ...this.state, branches: 'all' });
    const selected = this.state.pair.map((key) => all.find((source) => source.key === key));
    const first = selected[0] ?? all.find((source) => source !== selected[1]);
    const second = selected[1] ?? all.find((source) => source !== first);
    return first === undefined || second === undefined ? [] : [first, second];
  }

  private get showsDifference(): boolean {
    return this.state.view === 'difference' && this.pair().length === 2;
  }

  /** Those that are compared: the two of a difference, or all. */
  private get shownSources(): RobustnessSource[] {
    return this.showsDifference ? this.pair() : sourcesOf(this.runs.runs, this.state);
  }

  private drawToolbar(): void {
    const all = sourcesOf(this.runs.runs, { ...this.state, branches: 'all' });
    const { showsDifference } = this;
    this.viewRadios.hidden = all.length < 2;
    this.branchRadios.hidden = showsDifference || all.every(({ branch }) => branch === 'main');
    this.pairSelect.element.hidden = !showsDifference;
    this.pairSelect.update(
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
    const names = without.map(({ header }) => header.label).join(', ');
    setText(this.unevaluated, without.length === 0 ? '' : `Not evaluated yet: ${names}.`);
    this.unevaluated.hidden = without.length === 0;
    const marked = (source: RobustnessSource) => sourceLabel(source, () => markedLabel(source.header));
    this.summaryTable.update(sources, marked, this.shell.styleOf);
  }

  /** The heatmaps, and the curves below them. */
  private drawFigures(): void {
    const { measure, corruption: wanted } = this.state;
    const shown = framedSources(this.shownSources, measure);
    const looks: SourceLooks = {
      labelOf: this.labelOf,
      styleOf: this.shell.styleOf,
      theme: this.shell.theme,
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
    this.shell.setState({ evaluations: { ...this.state.evaluations, [source.header.runKey]: name } });
  }

  private selectCell(key: string, cell: Cell): void {
    const place = placeOfCell(this.shownSources, key, cell);
    if (place === undefined) return;
    if (place.images === undefined) {
      this.shell.setState({ corruption: place.corruption });
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
    const picture = () => heatmapDrawing(contents, this.shell.theme);
    return saveEntries(() => `robustness ${contents.title}`, { picture, csv: () => robustnessCsv(shown) }, this.save);
  }

  private curvesMenu(curves: SeverityCurves): MenuEntry[] {
    const csv = () => robustnessCsv(this.shownSources);
    return saveEntries(
      () => `severity curves ${curves.title}`,
      { picture: () => severityPicture(curves), csv },
      this.save,
    );
  }

  private save = (file: SavedFile): void => saveFile(this.messenger, file);

  private drawSummary(sources: readonly RobustnessSource[]): void {
    this.summary.update(sources.map((source) => summarizeSource(source, this.state.measure)));
    if (sources.length === 0 || this.runs.takeNews().length === 0) return;
    this.shell.live.sayNews(announceSources(sources, this.state.measure, this.labelOf));
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
