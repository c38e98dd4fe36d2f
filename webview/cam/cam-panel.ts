import type { CamRequests, CamRun, CamState, FromCam, ToCam } from '../../common/panels/cam/cam-contract';
import { rangeOf } from '../../common/panels/cam/picture/normalize-map';
import { element, setText } from '../shared/dom';
import { HostRequests } from '../shared/host-requests';
import { KnownRuns } from '../shared/known-runs';
import type { Messenger } from '../shared/messenger';
import { NoticeView } from '../shared/notice-view';
import { PanelShell } from '../shared/panel-shell';
import { markedLabel } from '../shared/run-labels';
import { saveFile } from '../shared/save-file';
import { SummaryItems } from '../shared/summary-items';
import { button } from '../shared/toolkit';
import { offeredEpochs } from './cam-runs';
import {
  type CamColumn,
  type CamRow,
  cellOf,
  columnsOf,
  imagesToCompute,
  lacksMap,
  momentOf,
  rowsOf,
  sortedRows,
} from './cam-table';
import { type CellLooks, CellPainter, gridOf } from './cell-painter';
import { symmetricRange } from './cell-pixels';
import { fittingSize } from './cell-size';
import { cellText, kindLabel, nameOfImage } from './cell-text';
import { figureFile, shownFigure } from './figure-export';
import { type GridCell, GridView } from './grid-view';
import { imagesNotice } from './images-notice';
import { LiveLooks } from './live-looks';
import { MagnifiedView } from './magnified-view';
import { MapStore } from './map-store';
import { restoreState } from './panel-state';
import { PictureStore } from './picture-store';
import { ReadableNames } from './readable-names';
import { announceColumns, classAdvice, summarizeColumn } from './text-summary';
import { Toolbar } from './toolbar';

/** Between two drawings of news from runs; what a person does is drawn at once. */
const drawIntervalMs = 300;
/** Pixels a side of the magnified picture, at least. */
const magnifiedPixels = 448;

/** What is on screen, worked out once a drawing. */
interface View extends CellLooks {
  rows: CamRow[];
  columns: CamColumn[];
}

/** The panel: builds the page once, then follows messages, what a person does, and the theme. */
export class CamPanel {
  private readonly runs = new KnownRuns<CamRun>();
  /** That maps can be computed for. */
  private corruptions: readonly string[] = [];
  private readonly requests: HostRequests<CamRequests>;
  private readonly maps: MapStore;
  private readonly pictures = new PictureStore({
    onDecoded: (isDamaged) => {
      if (isDamaged || this.state.selection !== undefined) this.shell.drawing.soon();
      else this.grid.repaintSoon();
    },
    onForgotten: (runKey, input) => this.maps.forgetInput(runKey, input),
  });
  private readonly names = new ReadableNames();
  private readonly painter: CellPainter;
  private readonly looks: LiveLooks;
  readonly shell: PanelShell<CamState, CamRun>;
  private readonly toolbar: Toolbar;
  private readonly advice = element('p', { class: 'advice' });
  private readonly computeAll = button('Compute Missing Maps', () => this.computeMissing());
  private readonly grid: GridView;
  private readonly magnified: MagnifiedView;
  private readonly summary = new SummaryItems('cam-summary', 'Summary of the overlays');
  private announced = '';
  private view: View | undefined;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToCam, FromCam, CamState>,
  ) {
    const state = restoreState(messenger.readState());
    this.shell = new PanelShell(
      messenger,
      this.runs,
      state,
      () => this.draw(),
      () => drawIntervalMs,
    );
    this.painter = new CellPainter(this.pictures, this.shell);
    this.requests = new HostRequests(messenger, ({ reply }) => this.maps.put(reply));
    this.maps = new MapStore(this.requests, () => {
      this.looks.lookLater();
      this.shell.drawing.soon();
    });
    this.looks = new LiveLooks(messenger.live ? this.maps : undefined, {
      runs: () => this.runs.runs,
      isLive: () => this.state.now === 'live',
    });
    this.toolbar = new Toolbar(this.state, {
      onChange: this.shell.setState,
      onExport: (format) => void this.export(format),
      onLook: () => this.look(this.state.now ?? 'once'),
      onLive: (isLive) => (isLive ? this.look('live') : this.shell.setState({ now: 'once' })),
      onChooseRuns: messenger.live ? this.shell.chooseRuns : undefined,
      onChooseImages: messenger.live ? () => this.chooseImages() : undefined,
    });
    this.grid = new GridView({
      onSelect: (image, column) => this.shell.setState({ selection: { image, column } }),
      onCompute: (column) => this.compute(column),
      paint: (canvas, row, column) => this.painter.paint(canvas, row, column),
    });
    this.magnified = new MagnifiedView({
      onClose: () => this.shell.setState({ selection: undefined }),
      readable: this.names.of,
    });
    this.shell.content.append(
      this.advice,
      this.computeAll,
      element('div', { class: 'split' }, this.grid.element, this.magnified.element),
    );
    this.shell.mount(root, 'cam', {
      toolbar: this.toolbar.elements,
      below: [this.summary.element],
      emptiness: new NoticeView(() => this.chooseImages(), 'Choose Images and Compute'),
    });
    addEventListener('resize', () => {
      if (this.view !== undefined && this.sizeFor(this.view.columns) !== this.view.size) this.shell.drawing.soon();
    });
  }

  /** @throws Error for a message that does not fit what the panel knows */
  receive(message: ToCam): void {
    switch (message.type) {
      case 'reply':
      case 'progress':
      case 'failure':
        this.requests.receive(message);
        break;
      case 'pictures':
        this.pictures.receive(message);
        this.names.receive(message);
        this.shell.drawing.soon();
        return;
      case 'goTo':
        this.shell.setState({ epoch: message.epoch, now: null });
        return;
      case 'hydrate':
        this.requests.forget();
        this.maps.clear();
        this.pictures.clear();
        this.names.clear();
        this.shell.showFailure(undefined);
        this.runs.hydrate(message.runs);
        this.corruptions = message.corruptions;
        this.shell.adoptRuns();
        if (this.state.now !== null) this.looks.look();
        break;
      case 'append':
        this.updateRun(message.run);
        break;
      default:
        this.shell.receive(message);
        break;
    }
    this.shell.drawing.later();
  }

  private updateRun(run: CamRun): void {
    const { runKey } = run.header;
    const before = this.runs.get(run.header);
    this.runs.set(run);
    // A run that was resumed from an earlier epoch computes the later ones anew; other images are in other files.
    const isResumed = before.epochs.some((epoch) => !run.epochs.includes(epoch));
    if (isResumed || before.images.length !== run.images.length) this.maps.forgetRun(runKey);
    this.maps.forgetFailures();
    this.looks.lookLater();
  }

  private get state(): CamState {
    return this.shell.state;
  }

  private chooseImages(): void {
    const run = this.present.find(({ images }) => images.length === 0) ?? this.present[0];
    if (run !== undefined) this.messenger.post({ type: 'chooseImages', runKey: run.header.runKey });
  }

  /** Runs whose folders are there. */
  private get present(): CamRun[] {
    return this.runs.runs.filter(({ header }) => !header.isGone);
  }

  /** Shows live runs as they are now, and the last epoch of the others. */
  private look(now: 'once' | 'live'): void {
    this.shell.setState({ now, epoch: null, input: null });
    this.looks.look();
  }

  /** Columns of runs that have no maps, or of some images none, and can have them. */
  private get missing(): { without: CamColumn[]; incomplete: CamColumn[] } {
    const { rows = [], columns = [] } = this.view ?? {};
    const ofRuns = columns.filter(({ kind }) => kind === 'main');
    return {
      without: ofRuns.filter(({ canCompute, maps }) => canCompute && maps?.state === 'failed'),
      incomplete: ofRuns.filter((column) => column.hasCheckpoint && rows.some((row) => lacksMap(row, column))),
    };
  }

  private computeMissing(): void {
    const { without, incomplete } = this.missing;
    for (const column of [...without, ...incomplete]) this.compute(column);
  }

  private compute({ runKey, epoch }: CamColumn): void {
    if (epoch === undefined) return;
    const { input } = this.state;
    const run = this.runs.runs.find(({ header }) => header.runKey === runKey);
    const images = imagesToCompute(this.view?.rows ?? [], run);
    this.maps.compute({ runKey, epoch, ...(input && { input }) }, images);
    this.shell.drawing.soon();
  }

  private draw(): void {
    const all = this.runs.runs;
    const hasContents = this.shell.update(imagesNotice(all, this.messenger.live));
    this.view = this.viewOf();
    this.painter.looks = this.view;
    if (hasContents) {
      const classes = new Set(
        this.view.columns.flatMap(({ maps }) => (maps?.state === 'ready' ? [...maps.value.classes] : [])),
      );
      this.toolbar.update(this.state, {
        epochs: offeredEpochs(all),
        classes: [...classes],
        readable: this.names.of,
        corruptions: this.corruptions,
        hasAux: all.some(({ branches }) => branches.length > 1),
        canLook: this.looks.canLook,
        canChooseImages: this.present.length > 0,
        size: this.view.size,
      });
      this.drawAdvice(this.view);
      this.drawGrid(this.view);
      this.drawMagnified(this.view);
    }
    this.drawSummary(this.view);
  }

  /** Of a picture, in CSS pixels. */
  private sizeFor(columns: readonly CamColumn[]): number {
    if (this.state.size !== null) return this.state.size;
    return fittingSize({ width: this.shell.content.clientWidth, height: innerHeight }, columns.length + 1);
  }

  private viewOf(): View {
    const all = this.runs.runs;
    const { shown, order, scale } = this.state;
    const columns = columnsOf(all, this.state, this.maps);
    const rows = sortedRows(rowsOf(all), columns, order, shown);
    const view: View = { rows, columns, size: this.sizeFor(columns), common: undefined };
    if (scale === 'common') {
      const cells = rows.flatMap((row) => columns.map((column) => cellOf(row, column, shown)));
      view.common = {
        maps: rangeOf(...cells.flatMap((cell) => (cell.state === 'map' ? [cell.explanation.grid!.values] : []))),
        differences: symmetricRange(cells.flatMap((cell) => (cell.state === 'difference' ? [cell.grid.values] : []))),
      };
    }
    return view;
  }

  /** What is missing, and what to do about it. */
  private drawAdvice({ columns }: View): void {
    const words: string[] = [];
    for (const { header, isLive, unreachable } of this.runs.runs) {
      if (!this.messenger.live || isLive) continue;
      const { label, state } = header;
      if (unreachable !== undefined) words.push(`${label} cannot be looked at now: ${unreachable}.`);
      else if (this.state.now !== null) words.push(`${label} is ${state}: it shows its last epoch, not now.`);
    }
    const missing = classAdvice(columns, this.state.shown, this.runs.labelOf);
    if (missing !== undefined) words.push(missing);
    const input = this.state.input ?? undefined;
    const problems = columns.flatMap(({ runKey, maps }) => [
      ...this.pictures.problemsOf(runKey, input),
      ...(maps?.state === 'ready' ? maps.value.problems : []),
    ]);
    for (const [image, message] of new Map(problems)) words.push(`${image}: ${message}`);
    setText(this.advice, words.join('\n'));
    this.advice.hidden = words.length === 0;
    const { without, incomplete } = this.missing;
    // A single column without maps offers its own button.
    this.computeAll.hidden = !this.messenger.live || without.length + 2 * incomplete.length < 2;
  }

  private drawGrid(view: View): void {
    const { shown, selection } = this.state;
    const { size } = view;
    this.grid.element.hidden = view.rows.length === 0;
    this.grid.update({
      rows: view.rows,
      columns: view.columns,
      runLabel: (runKey) => {
        const now = view.columns.find((column) => column.runKey === runKey && column.isNow);
        const run = this.runs.find(runKey);
        const label = run === undefined ? runKey : markedLabel(run.header);
        return now === undefined ? label : `${label}\n${momentOf(now)}`;
      },
      styleOf: this.shell.styleOf,
      size,
      selection,
      cell: (row, column) => (column === undefined ? this.originalCell(row) : this.mapCell(row, column, view, shown)),
    });
  }

  private originalCell(row: CamRow): GridCell {
    const picture = this.painter.originalOf(row);
    const { path, label } = row.image;
    const message = picture.state === 'missing' ? picture.message : undefined;
    const problem =
      message && row.runKeys.map((runKey) => this.painter.problemOf(runKey, row)).find((found) => found !== undefined);
    const name = this.names.of(label);
    const words = [message, name, problem ? `${path}: it ${problem}` : path].filter(Boolean).join(' ');
    const text = { caption: name, confidence: '', note: nameOfImage(path), label: words };
    const drawing = this.painter.drawingKey(picture, ['original']);
    return {
      text,
      message,
      drawing: picture.state === 'missing' ? undefined : drawing,
      data: { image: path, label: label ?? '' },
    };
  }

  private mapCell(row: CamRow, column: CamColumn, view: View, shown: CamState['shown']): GridCell {
    const cell = cellOf(row, column, shown);
    const place = `${row.image.path}, ${this.runs.labelOf(column.runKey)} ${kindLabel(column)}`;
    const noted = column.maps?.state === 'ready' ? column.maps.value.problems.get(row.image.path) : undefined;
    const problem = noted ?? this.painter.problemOf(column.runKey, row);
    const text = cellText(cell, place, this.names.of, lacksMap(row, column) ? problem : undefined);
    const data: Record<string, string> = { image: row.image.path, column: column.name };
    if (cell.state === 'message') return { text, message: cell.text, drawing: undefined, data };
    const grid = gridOf(cell);
    if (cell.state === 'map') {
      const { predicted, probabilities, label, shown: index } = cell.explanation;
      data.class = cell.classes[index!] ?? '';
      data.predicted = cell.classes[predicted] ?? '';
      data.label = label === undefined ? '' : (cell.classes[label] ?? '');
      data.confidence = String(probabilities[index!]);
    }
    const { minimum, maximum } = rangeOf(grid.values);
    data.minimum = String(minimum);
    data.maximum = String(maximum);
    const picture = this.painter.pictureOf(column.runKey, row);
    const { common } = view;
    const drawing = this.painter.drawingKey(picture, [
      column.key,
      momentOf(column),
      cell.state,
      data.class,
      common,
      minimum,
      maximum,
    ]);
    return { text, message: undefined, drawing, data };
  }

  private drawMagnified(view: View): void {
    const { selection } = this.state;
    const row = view.rows.find(({ key }) => key === selection?.image);
    const column = view.columns.find(({ key }) => key === selection?.column);
    this.magnified.element.hidden = row === undefined || column === undefined;
    if (row === undefined || column === undefined) return;
    const name = (of: CamColumn) => `${this.runs.labelOf(of.runKey)} ${kindLabel(of)}`;
    const moment = momentOf(column);
    const others = view.columns
      .filter((other) => other !== column)
      .map((other) => ({
        key: other.key,
        label: name(other),
        picture: () => this.painter.picture(row, other, magnifiedPixels),
      }));
    this.magnified.update({
      heading: `${row.image.path} · ${name(column)}${moment && ` · ${moment}`}`,
      cell: cellOf(row, column, this.state.shown),
      picture: this.painter.picture(row, column, magnifiedPixels),
      others: [
        { key: 'original', label: 'original', picture: () => this.painter.picture(row, undefined, magnifiedPixels) },
        ...others,
      ],
    });
  }

  private drawSummary({ rows, columns }: View): void {
    const headers = new Map(this.runs.runs.map(({ header }) => [header.runKey, header]));
    const summaries = columns
      .filter(({ kind }) => kind !== 'difference')
      .map((column) => summarizeColumn(headers.get(column.runKey)!, column, rows, this.state));
    this.summary.update(summaries);
    const words = announceColumns(summaries);
    if (words === this.announced || words === '') return;
    this.announced = words;
    this.shell.live.sayNews(words);
  }

  private async export(format: 'svg' | 'png'): Promise<void> {
    if (this.view === undefined) return;
    const figure = await shownFigure(
      { ...this.view, labelOf: this.runs.labelOf, readable: this.names.of },
      this.state,
      this.painter,
    );
    saveFile(this.messenger, await figureFile(figure, format));
  }
}
