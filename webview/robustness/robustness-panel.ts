import {
  type FromRobustness,
  type RobustnessCell,
  type RobustnessMeasureName,
  type RobustnessState,
  type SavedFile,
  type ToRobustness,
  webviewProtocolVersion,
} from '../protocol';
import { Announcer } from '../shared/announcer';
import type { MenuEntry } from '../shared/chart-menu';
import { colourScale } from '../shared/colour-scale';
import { element, setText } from '../shared/dom';
import { downloadFile } from '../shared/download';
import { fileBaseName } from '../shared/file-name';
import { LegendView } from '../shared/legend-view';
import { markerSwatch } from '../shared/marker-swatch';
import type { Messenger } from '../shared/messenger';
import { panelNotice } from '../shared/notice';
import { NoticeView } from '../shared/notice-view';
import { type Drawing, paintedPng, paintedSvg } from '../shared/painted-picture';
import { ProblemList } from '../shared/problem-list';
import { labelsOfRuns } from '../shared/run-labels';
import { assignStyles, type RunStyle, runStyle } from '../shared/run-style';
import { onThemeChange, readTheme } from '../shared/theme';
import { button, choice } from '../shared/toolkit';
import { Tooltip } from '../shared/tooltip';
import { differenceScale, valueScale } from '../shared/value-scale';
import { comparabilityNote } from './comparability';
import { corruptionLabel } from './corruption-groups';
import { CurvesView } from './curves-view';
import { FlipStore } from './flip-store';
import { FlipsView } from './flips-view';
import type { Cell } from './heatmap-contents';
import { type FigureContents, HeatmapFigure } from './heatmap-figure';
import { heatmapDrawing } from './heatmap-picture';
import { formatDifference, formatValue, measureNames, measures, unitInWords } from './measures';
import { restoreState } from './panel-state';
import { robustnessCsv } from './robustness-csv';
import {
  differenceMatrix,
  type MatrixFrame,
  matrixFrame,
  matrixValues,
  type RobustnessMatrix,
  sourceMatrix,
  type Value,
} from './robustness-matrix';
import { RobustnessRuns, type RobustnessSource, sourceLabel, sourcesOf } from './robustness-runs';
import { curvesPicture, type SeverityCurves, severityPoints } from './severity-curves';
import { SummaryTable } from './summary-table';
import { summarizeSource } from './text-summary';

const announceIntervalMs = 15_000;
const differenceKey = 'difference';
/** Of a picture of curves, in CSS pixels. */
const curvesPictureSize = { width: 560, height: 300 };

/** The panel: builds the page once, then follows messages, the person's choices and the theme. */
export class RobustnessPanel {
  private readonly runs = new RobustnessRuns();
  private readonly flipStore: FlipStore;
  private readonly problems = new ProblemList();
  private readonly notice: NoticeView;
  private readonly nothingEvaluated: NoticeView;
  private readonly toolbar = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'What the panel shows' });
  private readonly content = element('div', { class: 'content' });
  private readonly definition = element('p', { class: 'definition', id: 'robustness-measure-definition' });
  private readonly note = element('p', { class: 'comparability' });
  private readonly unevaluated = element('p', { class: 'definition' });
  private readonly summaryTable = new SummaryTable();
  private readonly legend = new LegendView('robustness');
  private readonly figures = element('div', { class: 'figures' });
  private readonly figureOf = new Map<string, HeatmapFigure>();
  private readonly curveKey = element('div', { class: 'curve-key' });
  private readonly meanCurves: CurvesView;
  private readonly corruptionCurves: CurvesView;
  private readonly corruptionChoice = element('select', {
    'aria-label': 'Corruption of the curves',
  }) as HTMLSelectElement;
  private readonly flips: FlipsView;
  private readonly tooltip = new Tooltip();
  private readonly summary = element('ul', {
    id: 'robustness-summary',
    class: 'for-screen-readers',
    'aria-label': 'Summary of the robustness',
  });
  private readonly announcer: Announcer;
  private announcedRevision = 0;
  private readonly measureChoice = element('select', { id: 'robustness-measure' }) as HTMLSelectElement;
  private readonly viewChoice: HTMLElement;
  private readonly branchChoice: HTMLElement;
  private readonly pairChoice = element('span', { class: 'pair' });
  private readonly pairSelects: HTMLSelectElement[];
  private state: RobustnessState;
  private theme = readTheme();
  private failure: string | undefined;
  private frame: number | undefined;
  private shownCurves: { mean: SeverityCurves; corruption: SeverityCurves } | undefined;
  private shownFigures = new Map<string, FigureContents>();

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToRobustness, FromRobustness, RobustnessState>,
  ) {
    this.state = restoreState(messenger.readState());
    this.flipStore = new FlipStore(messenger.live ? (request) => messenger.post(request) : undefined);
    const chooseRuns = () => messenger.post({ type: 'chooseRuns' });
    const evaluate = () => messenger.post({ type: 'evaluate' });
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
    this.pairSelects = ['First of the difference', 'Second of the difference'].map((label, index) => {
      const select = element('select', { 'aria-label': label }) as HTMLSelectElement;
      select.addEventListener('change', () => {
        const pair = this.pair().map(({ key }) => key);
        pair[index] = select.value;
        this.choose({ pair });
      });
      return select;
    });
    this.pairChoice.append(this.pairSelects[0]!, element('span', { class: 'caption' }, 'minus'), this.pairSelects[1]!);
    this.toolbar.append(this.measureControl(), this.branchChoice, this.viewChoice, this.pairChoice);
    if (messenger.live) {
      const actions = element('span', { class: 'actions' });
      actions.append(button('Evaluate Run…', evaluate), button('Choose Runs…', chooseRuns));
      this.toolbar.append(actions);
    }
    this.meanCurves = new CurvesView('Mean over the common corruptions', () => this.curvesMenu('mean'));
    this.corruptionCurves = new CurvesView(
      'One corruption',
      () => this.curvesMenu('corruption'),
      this.corruptionChoice,
    );
    this.corruptionChoice.addEventListener('change', () => this.choose({ corruption: this.corruptionChoice.value }));
    this.flips = new FlipsView({
      onMore: () => {
        this.flipStore.more();
        this.drawSoon();
      },
      onClose: () => this.select(undefined),
    });
    this.content.append(
      this.note,
      this.summaryTable.element,
      this.unevaluated,
      this.definition,
      this.legend.element,
      this.figures,
      this.flips.element,
      this.curveKey,
      element('div', { class: 'curve-row' }, this.meanCurves.element, this.corruptionCurves.element),
    );
    this.content.addEventListener('keydown', (event) => {
      const isInMenu = (event.target as HTMLElement).closest('.popover') !== null;
      if (event.key === 'Escape' && !isInMenu && this.state.selection !== undefined) this.select(undefined);
    });
    const live = element('div', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
    this.announcer = new Announcer((text) => setText(live, text), announceIntervalMs);
    root.classList.add('robustness-panel');
    root.append(
      element(
        'div',
        { class: 'panel' },
        this.toolbar,
        this.problems.element,
        this.notice.element,
        this.nothingEvaluated.element,
        this.content,
        this.summary,
        live,
        this.tooltip.element,
      ),
    );
    onThemeChange(() => {
      this.theme = readTheme();
      this.drawSoon();
    });
    new ResizeObserver(() => this.drawSoon()).observe(this.content);
    this.draw();
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToRobustness): void {
    switch (message.type) {
      case 'flips':
      case 'flipsFailed':
      case 'pictures':
      case 'picturesFailed':
        this.flipStore.receive(message);
        break;
      case 'hydrate':
        if (message.version !== webviewProtocolVersion) {
          throw new Error('this panel belongs to another version of MixProp Studio: close it and open it again');
        }
        this.failure = undefined;
        this.runs.apply(message);
        this.flipStore.forget();
        this.adoptRuns();
        break;
      case 'run':
        this.runs.apply(message);
        // An evaluation of the same name may be another.
        this.flipStore.forget();
        this.adoptRuns();
        break;
      case 'unreadable':
        this.runs.apply(message);
        // It stays one of the panel's runs: perhaps it can be read after a reload.
        this.keep({ runIds: [...new Set([...this.state.runIds, message.runId])] });
        break;
    }
    this.drawSoon();
  }

  showFailure(message: string): void {
    this.failure = message;
    this.drawProblems();
  }

  /** Remembers the runs of the panel for a reload. Choices about runs that are no longer there are forgotten. */
  private adoptRuns(): void {
    const runIds = this.runs.runs.map(({ header }) => header.runId);
    const { selection, ...rest } = this.state;
    const evaluations = Object.entries(this.state.evaluations).filter(([runId]) => runIds.includes(runId));
    this.state = {
      ...rest,
      runIds,
      evaluations: Object.fromEntries(evaluations),
      styles: assignStyles(runIds, this.state.styles),
      ...(selection !== undefined && runIds.includes(selection.runId) ? { selection } : {}),
    };
    this.messenger.writeState(this.state);
  }

  private keep(change: Partial<RobustnessState>): void {
    this.state = { ...this.state, ...change };
    this.messenger.writeState(this.state);
  }

  private choose(change: Partial<RobustnessState>): void {
    this.keep(change);
    this.drawSoon();
  }

  private select(selection: RobustnessCell | undefined): void {
    const { selection: _, ...rest } = this.state;
    this.state = selection === undefined ? rest : { ...rest, selection, corruption: selection.corruption };
    this.messenger.writeState(this.state);
    this.tooltip.show(undefined);
    this.drawSoon();
  }

  private measureControl(): HTMLElement {
    for (const name of measureNames)
      this.measureChoice.append(element('option', { value: name }, measures[name].label));
    this.measureChoice.value = this.state.measure;
    this.measureChoice.setAttribute('aria-describedby', 'robustness-measure-definition');
    this.measureChoice.addEventListener('change', () =>
      this.choose({ measure: this.measureChoice.value as RobustnessMeasureName }),
    );
    const label = element('label', { for: 'robustness-measure', class: 'caption' }, 'Measure');
    return element('div', { class: 'measure' }, label, this.measureChoice);
  }

  /** Draws with the next frame; a hidden panel has no frames and costs nothing. */
  private drawSoon(): void {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frame = undefined;
    const sources = sourcesOf(this.runs.runs, this.state);
    this.drawProblems();
    this.drawNotices(sources);
    if (sources.length > 0) {
      this.drawChoices(sources);
      this.drawWords(sources);
      this.drawFigures(sources);
      this.drawCurves(sources);
      this.drawFlips(sources);
    }
    this.drawSummary(sources);
  }

  private drawProblems(): void {
    const damaged = this.runs.runs.flatMap(({ header, problems }) =>
      problems.map((problem): [string, string] => [header.runId, problem]),
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

  private styleOf(runId: string): RunStyle {
    return runStyle(this.state.styles[runId] ?? 0, this.theme);
  }

  private labelOf = (source: RobustnessSource): string => {
    const labels = labelsOfRuns(this.runs.runs.map(({ header }) => header));
    return sourceLabel(source, (runId) => labels.get(runId) ?? runId);
  };

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

  private drawChoices(sources: readonly RobustnessSource[]): void {
    const all = sourcesOf(this.runs.runs, { ...this.state, branches: 'all' });
    const { showsDifference } = this;
    this.viewChoice.hidden = all.length < 2;
    this.branchChoice.hidden = showsDifference || all.every(({ branch }) => branch === 'main');
    this.pairChoice.hidden = !showsDifference;
    const pair = this.pair();
    const options = all.map((source) => [source.key, this.labelOf(source)] as const);
    for (const [index, select] of this.pairSelects.entries()) {
      fillSelect(select, options, pair[index]?.key ?? '');
    }
    const names = matrixFrame(showsDifference ? pair : sources).corruptions.map(({ name }) => name);
    fillSelect(
      this.corruptionChoice,
      names.map((name) => [name, corruptionLabel(name)]),
      this.chosenCorruption(names) ?? '',
    );
  }

  private chosenCorruption(names: readonly string[]): string | undefined {
    const { corruption } = this.state;
    return corruption !== undefined && names.includes(corruption) ? corruption : names[0];
  }

  private drawWords(sources: readonly RobustnessSource[]): void {
    const { label, meaning, worse } = measures[this.state.measure];
    const more = worse === 'higher' ? 'Lower is better.' : 'Higher is better.';
    const leads = this.messenger.live ? ' A cell leads to the images that are lost there.' : '';
    setText(this.definition, `${label}: ${meaning} ${more}${leads}`);
    setText(this.note, comparabilityNote(this.showsDifference ? this.pair() : sources) ?? '');
    this.note.hidden = this.note.textContent === '';
    const without = this.runs.runs.filter(({ evaluations }) => evaluations.length === 0);
    const labels = labelsOfRuns(this.runs.runs.map(({ header }) => header));
    const names = without.map(({ header }) => labels.get(header.runId) ?? header.runId).join(', ');
    setText(this.unevaluated, without.length === 0 ? '' : `Not evaluated yet: ${names}.`);
    this.unevaluated.hidden = without.length === 0;
    this.summaryTable.update(sources, this.labelOf, (runId) => this.styleOf(runId));
  }

  private drawFigures(sources: readonly RobustnessSource[]): void {
    const { measure } = this.state;
    const { label, unit } = measures[measure];
    const { showsDifference } = this;
    const shown = showsDifference ? this.pair() : sources;
    const frame = matrixFrame(shown);
    const matrices = shown.map((source) => sourceMatrix(source, measure, frame));
    const contents = showsDifference
      ? [this.differenceContents(shown, matrices, frame)]
      : this.sourceContents(shown, matrices, frame);
    const caption = contents[0]![1].caption;
    const { scale, colours, format } = contents[0]![1];
    this.legend.update(scale, colours, showsDifference ? caption : `${label}, ${unit}`, format);
    this.shownFigures = new Map(contents);
    for (const [key, figure] of this.figureOf) {
      if (this.shownFigures.has(key)) continue;
      figure.element.remove();
      this.figureOf.delete(key);
    }
    for (const [index, [key, content]] of contents.entries()) {
      let figure = this.figureOf.get(key);
      if (figure === undefined) {
        figure = this.newFigure(key);
        this.figureOf.set(key, figure);
      }
      figure.update(content);
      if (this.figures.children[index] !== figure.element) {
        this.figures.insertBefore(figure.element, this.figures.children[index] ?? null);
      }
    }
  }

  private sourceContents(
    sources: readonly RobustnessSource[],
    matrices: readonly RobustnessMatrix[],
    frame: MatrixFrame,
  ): [string, FigureContents][] {
    const { label, unit } = measures[this.state.measure];
    const scale = valueScale('linear', values(matrices));
    const colours = colourScale('amount', this.theme.background);
    return sources.map((source, index) => [
      source.key,
      {
        title: this.labelOf(source),
        description: describeEvaluation(source),
        caption: `${label}, ${unit}`,
        matrix: matrices[index]!,
        scale,
        colours,
        format: (value: Value) => formatValue(value, unit),
        unit,
        selected: this.selectedCell(source, frame),
        styles: [this.styleOf(source.header.runId)],
        evaluations: this.runs.runs.find(({ header }) => header === source.header)?.evaluations ?? [],
        shown: source.evaluation.name,
      },
    ]);
  }

  private differenceContents(
    [first, second]: readonly RobustnessSource[],
    [a, b]: readonly RobustnessMatrix[],
    frame: MatrixFrame,
  ): [string, FigureContents] {
    const { label, unit } = measures[this.state.measure];
    const matrix = differenceMatrix(a!, b!);
    const [one, other] = [this.labelOf(first!), this.labelOf(second!)];
    const words = unitInWords(unit, true);
    return [
      differenceKey,
      {
        title: `${one} − ${other}`,
        description: [...new Set([first!, second!].map(describeEvaluation))].join(' − '),
        caption: `${label}, ${one} minus ${other}, ${words}`,
        matrix,
        scale: differenceScale('linear', matrixValues(matrix)),
        colours: colourScale('difference', this.theme.background),
        format: (value: Value) => formatDifference(value, unit),
        unit: words,
        selected: this.selectedCell(first!, frame),
        styles: [first!, second!].map(({ header }) => this.styleOf(header.runId)),
        evaluations: [],
        shown: '',
      },
    ];
  }

  private selectedCell(source: RobustnessSource, { corruptions, severities }: MatrixFrame): Cell | undefined {
    const { selection } = this.state;
    if (selection === undefined || selection.runId !== source.header.runId || selection.branch !== source.branch) {
      return undefined;
    }
    if (selection.evaluation !== source.evaluation.name) return undefined;
    const row = corruptions.findIndex(({ name }) => name === selection.corruption);
    const column = severities.indexOf(selection.severity);
    return row < 0 || column < 0 ? undefined : { row, column };
  }

  private newFigure(key: string): HeatmapFigure {
    return new HeatmapFigure({
      onSelect: (cell) => this.selectCell(key, cell),
      onPoint: (text, anchor) => this.tooltip.show(text, anchor),
      onEvaluation: (name) => {
        const source = sourcesOf(this.runs.runs, this.state).find((one) => one.key === key);
        if (source === undefined) return;
        this.choose({ evaluations: { ...this.state.evaluations, [source.header.runId]: name } });
      },
      menu: () => this.figureMenu(key),
    });
  }

  /** In a difference, the images of the first are shown. A cell of the mean, of clean or of stylized images has none. */
  private selectCell(key: string, { row, column }: Cell): void {
    const isDifference = key === differenceKey;
    const shown = isDifference ? this.pair() : sourcesOf(this.runs.runs, this.state);
    const source = isDifference ? shown[0] : shown.find((one) => one.key === key);
    const frame = matrixFrame(shown);
    const corruption = frame.corruptions[row]?.name;
    if (source === undefined || corruption === undefined) return;
    const severity = typeof column === 'number' ? frame.severities[column] : undefined;
    if (severity === undefined || source.measured.corruptions[corruption]?.[String(severity)] === undefined) {
      this.choose({ corruption });
      return;
    }
    const { header, evaluation, branch } = source;
    this.select({ runId: header.runId, evaluation: evaluation.name, branch, corruption, severity });
    requestAnimationFrame(() => requestAnimationFrame(() => this.flips.element.scrollIntoView({ block: 'nearest' })));
  }

  private drawCurves(sources: readonly RobustnessSource[]): void {
    const { measure } = this.state;
    const { label, unit } = measures[measure];
    const shown = this.showsDifference ? this.pair() : sources;
    const frame = matrixFrame(shown);
    const matrices = shown.map((source) => sourceMatrix(source, measure, frame));
    const corruption = this.chosenCorruption(frame.corruptions.map(({ name }) => name));
    const curves = (title: string, row: string | undefined): SeverityCurves => ({
      title,
      caption: `${label}, ${unit}`,
      format: (value) => formatValue(value, unit),
      theme: this.theme,
      lines: shown.flatMap((source, index) => {
        const points = severityPoints(matrices[index]!, row);
        if (points.length === 0) return [];
        const style = this.styleOf(source.header.runId);
        return [{ label: this.labelOf(source), style, branch: source.branch, points }];
      }),
    });
    const meanOver = Math.max(...matrices.map((matrix) => matrix.meanOver));
    this.shownCurves = {
      mean: curves(`Mean over ${meanOver} corruptions`, undefined),
      corruption: curves(corruption === undefined ? '' : corruptionLabel(corruption), corruption),
    };
    this.meanCurves.element.hidden = meanOver === 0;
    this.corruptionCurves.element.hidden = corruption === undefined;
    this.curveKey.hidden = corruption === undefined;
    if (meanOver > 0) this.meanCurves.update(this.shownCurves.mean);
    if (corruption !== undefined) this.corruptionCurves.update(this.shownCurves.corruption);
    this.curveKey.replaceChildren(
      ...this.shownCurves.corruption.lines.map(({ label: name, style, branch }) => {
        const swatch = element('span', { class: 'swatch' });
        swatch.append(markerSwatch(style));
        return element('span', { class: 'key', 'data-branch': branch }, swatch, name);
      }),
    );
  }

  private drawFlips(sources: readonly RobustnessSource[]): void {
    const { selection } = this.state;
    const source = [...sources, ...this.pair()].find(
      ({ header, branch, evaluation }) =>
        header.runId === selection?.runId && branch === selection.branch && evaluation.name === selection.evaluation,
    );
    this.flips.element.hidden = selection === undefined || source === undefined;
    if (selection === undefined || source === undefined) return;
    this.flips.update(selection, this.labelOf(source), this.flipStore.get(selection), this.messenger.live);
  }

  private figureMenu(key: string): MenuEntry[] {
    const contents = this.shownFigures.get(key);
    if (contents === undefined) return [];
    const shown =
      key === differenceKey ? this.pair() : sourcesOf(this.runs.runs, this.state).filter((one) => one.key === key);
    return this.saveEntries(`robustness ${contents.title}`, () => heatmapDrawing(contents, this.theme), shown);
  }

  private curvesMenu(which: 'mean' | 'corruption'): MenuEntry[] {
    const curves = this.shownCurves?.[which];
    if (curves === undefined) return [];
    const { width, height } = curvesPictureSize;
    const shown = this.showsDifference ? this.pair() : sourcesOf(this.runs.runs, this.state);
    return this.saveEntries(`severity curves ${curves.title}`, () => curvesPicture(curves, width, height), shown);
  }

  private saveEntries(name: string, drawing: () => Drawing, sources: readonly RobustnessSource[]): MenuEntry[] {
    const base = fileBaseName(name).slice(0, 90);
    const action = (label: string, file: () => SavedFile): MenuEntry => ({
      kind: 'action',
      label,
      act: () => this.save(file()),
    });
    return [
      action('Save as PNG', () => ({
        fileName: `${base}.png`,
        mime: 'image/png',
        encoding: 'base64',
        contents: paintedPng(drawing()),
      })),
      action('Save as SVG', () => ({
        fileName: `${base}.svg`,
        mime: 'image/svg+xml',
        encoding: 'utf8',
        contents: paintedSvg(drawing()),
      })),
      action('Save data as CSV', () => ({
        fileName: `${base}.csv`,
        mime: 'text/csv',
        encoding: 'utf8',
        contents: robustnessCsv(sources),
      })),
    ];
  }

  private save(file: SavedFile): void {
    if (this.messenger.live) this.messenger.post({ type: 'saveFile', ...file });
    else downloadFile(file);
  }

  private drawSummary(sources: readonly RobustnessSource[]): void {
    const items = sources.map((source) => {
      const { text, attributes } = summarizeSource(source, this.state.measure);
      return element('li', attributes, text);
    });
    const current = [...this.summary.children].map(({ outerHTML }) => outerHTML).join('\n');
    if (current !== items.map(({ outerHTML }) => outerHTML).join('\n')) this.summary.replaceChildren(...items);
    if (this.runs.revision === this.announcedRevision || sources.length === 0) return;
    this.announcedRevision = this.runs.revision;
    const { label, unit } = measures[this.state.measure];
    const frame = matrixFrame(sources);
    const said = sources.map((source) => {
      const { clean, rows } = sourceMatrix(source, this.state.measure, frame);
      const mean = rows.find(({ corruption }) => corruption === undefined)?.mean;
      return `${this.labelOf(source)}: clean ${formatValue(clean, unit)}, corrupted ${formatValue(mean, unit)}`;
    });
    this.announcer.say(`${label}, ${unit}. ${said.join('. ')}`);
  }
}

/** "best, after epoch 9 · shapes, 16 px · 100 images · corrupted on the fly, strength cifar, seed 0". */
function describeEvaluation({ evaluation }: RobustnessSource): string {
  const { checkpoint, dataset, images, source } = evaluation;
  return [checkpoint, dataset, `${images} images`, source].filter((part) => part !== undefined).join(' · ');
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

function* values(matrices: readonly RobustnessMatrix[]): Generator<number> {
  for (const matrix of matrices) yield* matrixValues(matrix);
}

function fillSelect(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
  selected: string,
): void {
  const key = (pairs: readonly (readonly string[])[]) => pairs.map((pair) => pair.join('\t')).join('\n');
  if (key([...select.options].map(({ value, text }) => [value, text])) !== key(options)) {
    select.replaceChildren(...options.map(([value, text]) => element('option', { value }, text)));
  }
  select.value = selected;
}
