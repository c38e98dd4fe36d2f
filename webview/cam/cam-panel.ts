import type { CamRequests, CamRun, CamState, FromCam, ToCam } from '../../common/panels/cam/cam-contract';
import { type FigureCell, type FigureRow, inputLabel } from '../../common/panels/cam/picture/figure';
import { type MapRange, rangeOf } from '../../common/panels/cam/picture/normalize-map';
import { element, setText } from '../shared/dom';
import { DrawingLoop } from '../shared/drawing-loop';
import { GoneNotice } from '../shared/gone-notice';
import { HostRequests } from '../shared/host-requests';
import { LiveRegion } from '../shared/live-region';
import type { Messenger } from '../shared/messenger';
import { panelNotice } from '../shared/notice';
import { NoticeView } from '../shared/notice-view';
import { formatPercent } from '../shared/number-format';
import { ProblemList } from '../shared/problem-list';
import { labelsOfRuns, markedLabel } from '../shared/run-labels';
import { assignStyles, runStyle } from '../shared/run-style';
import { saveFile } from '../shared/save-file';
import { SummaryItems } from '../shared/summary-items';
import { onThemeChange, readTheme } from '../shared/theme';
import { button } from '../shared/toolkit';
import { CamRuns, offeredEpochs } from './cam-runs';
import {
  type CamCell,
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
import {
  type CellStyle,
  differenceTable,
  enlargedPicture,
  enlargementFor,
  overlayPixels,
  putPixels,
  symmetricRange,
  tableOf,
} from './cell-pixels';
import { fittingSize } from './cell-size';
import { cellText, kindLabel, nameOfImage } from './cell-text';
import type { Grid } from './explanation';
import { base64Of, figureFile, figurePixels, mostFigureRows } from './figure-export';
import { type GridCell, GridView } from './grid-view';
import { imagesNotice } from './images-notice';
import { type MagnifiedPicture, MagnifiedView } from './magnified-view';
import { MapStore } from './map-store';
import { fillOverlay, fillPicture, putFilled } from './overlay-image';
import { colourMapOf, restoreState } from './panel-state';
import { type Picture, type PictureState, PictureStore } from './picture-store';
import { ReadableNames } from './readable-names';
import { announceColumns, classAdvice, summarizeColumn } from './text-summary';
import { Toolbar } from './toolbar';

/** News from a run is drawn at most so often; what a person does is drawn at once. */
const drawIntervalMs = 300;
/** With "Live" running trainers are asked so long after their last answer. */
const lookEveryMs = 5000;
/** Pixels a side of the magnified picture, at least. */
const magnifiedPixels = 448;
/** In place of a picture that is missing: mid grey, so that its map can still be seen. */
const grey = { pixels: new Uint8Array(64 * 64 * 3).fill(128), size: 64 };

/** What is on screen, worked out once a drawing. */
interface View {
  rows: CamRow[];
  columns: CamColumn[];
  labelOf: (runKey: string) => string;
  /** Of a picture, in CSS pixels. */
  size: number;
  /** Ranges that all maps share; undefined: each has its own. */
  common: { maps: MapRange; differences: MapRange } | undefined;
}

/** The panel: builds the page once, then follows messages, the person's choices and the theme. */
export class CamPanel {
  private readonly runs = new CamRuns();
  private readonly requests: HostRequests<CamRequests>;
  private readonly maps: MapStore;
  private readonly pictures = new PictureStore({
    onDecoded: (isDamaged) => {
      if (isDamaged || this.state.selection !== undefined) this.drawing.soon();
      else this.grid.repaintSoon();
    },
    onForgotten: (runKey, input) => this.maps.forgetInput(runKey, input),
  });
  private readonly names = new ReadableNames();
  private readonly problems = new ProblemList();
  private readonly gone: GoneNotice;
  private readonly notice: NoticeView;
  /** Where no run has images yet. */
  private readonly withoutImages: NoticeView;
  private readonly toolbar: Toolbar;
  private readonly content = element('div', { class: 'content' });
  private readonly advice = element('p', { class: 'advice' });
  private readonly computeAll = button('Compute Missing Maps', () => this.computeMissing());
  private readonly grid: GridView;
  private readonly magnified: MagnifiedView;
  private readonly summary = new SummaryItems('cam-summary', 'Summary of the overlays');
  private readonly live = new LiveRegion();
  private announced = '';
  private state: CamState;
  private theme = readTheme();
  private failure: string | undefined;
  private readonly drawing = new DrawingLoop(
    () => this.draw(),
    () => drawIntervalMs,
  );
  private view: View | undefined;
  /** Until trainers are asked again. */
  private lookTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: HTMLElement,
    private readonly messenger: Messenger<ToCam, FromCam, CamState>,
  ) {
    this.state = restoreState(messenger.readState());
    this.requests = new HostRequests(messenger, ({ reply }) => this.maps.put(reply));
    this.maps = new MapStore(this.requests, () => {
      this.lookLater();
      this.drawing.soon();
    });
    const chooseRuns = () => messenger.post({ type: 'chooseRuns' });
    this.gone = new GoneNotice((message) => messenger.post(message));
    this.notice = new NoticeView(chooseRuns);
    this.withoutImages = new NoticeView(() => this.chooseImages(), 'Choose Images and Compute');
    this.toolbar = new Toolbar(this.state, {
      onChange: (change) => this.choose(change),
      onExport: (format) => void this.export(format),
      onLook: () => this.look(this.state.now ?? 'once'),
      onLive: (isLive) => (isLive ? this.look('live') : this.choose({ now: 'once' })),
      onChooseRuns: messenger.live ? chooseRuns : undefined,
      onChooseImages: messenger.live ? () => this.chooseImages() : undefined,
    });
    this.grid = new GridView({
      onSelect: (image, column) => this.choose({ selection: { image, column } }),
      onCompute: (column) => this.compute(column),
      paint: (canvas, row, column) => this.paint(canvas, row, column),
    });
    this.magnified = new MagnifiedView({ onClose: () => this.closeMagnified(), readable: this.names.of });
    this.content.append(
      this.advice,
      this.computeAll,
      element('div', { class: 'split' }, this.grid.element, this.magnified.element),
    );
    root.classList.add('cam-panel');
    root.append(
      element(
        'div',
        { class: 'panel' },
        this.toolbar.element,
        this.problems.element,
        this.gone.element,
        this.notice.element,
        this.withoutImages.element,
        this.content,
        this.summary.element,
        this.live.element,
      ),
    );
    onThemeChange(() => {
      this.theme = readTheme();
      this.drawing.soon();
    });
    addEventListener('resize', () => {
      if (this.view !== undefined && this.sizeFor(this.view.columns) !== this.view.size) this.drawing.soon();
    });
    this.drawing.now();
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
        this.drawing.soon();
        return;
      case 'goTo':
        this.choose({ epoch: message.epoch, now: null });
        return;
      case 'hydrate':
        this.requests.forget();
        this.maps.clear();
        this.pictures.clear();
        this.names.clear();
        this.failure = undefined;
        this.runs.apply(message);
        this.adoptRuns();
        if (this.state.now !== null) this.askTrainers();
        break;
      case 'append': {
        const { runKey } = message.run.header;
        const before = this.runs.find(runKey);
        this.runs.apply(message);
        // A run that was resumed from an earlier epoch computes the later ones anew; other images are in other files.
        const isResumed = before?.epochs.some((epoch) => !message.run.epochs.includes(epoch));
        if (isResumed || before?.images.length !== message.run.images.length) this.maps.forgetRun(runKey);
        this.maps.forgetFailures();
        this.lookLater();
        break;
      }
      case 'names':
        this.runs.apply(message);
        break;
      case 'unreadable':
        this.runs.apply(message);
        // It stays one of the panel's runs: perhaps it can be read after a reload.
        this.keep({ runKeys: [...new Set([...this.state.runKeys, message.runKey])] });
        break;
    }
    this.drawing.later();
  }

  showFailure(message: string): void {
    this.failure = message;
    this.problems.update(this.runs.unreadable, this.failure);
  }

  /** Remembers the runs of the panel for a reload. */
  private adoptRuns(): void {
    const runKeys = this.runs.runs.map(({ header }) => header.runKey);
    this.keep({ runKeys, styles: assignStyles(runKeys, this.state.styles) });
  }

  private keep(change: Partial<CamState>): void {
    this.state = { ...this.state, ...change };
    this.messenger.writeState(this.state);
  }

  private choose(change: Partial<CamState>): void {
    this.keep(change);
    this.drawing.soon();
  }

  private closeMagnified(): void {
    const { selection: _, ...rest } = this.state;
    this.state = rest;
    this.messenger.writeState(rest);
    this.drawing.soon();
  }

  private chooseImages(): void {
    const run = this.present.find(({ images }) => images.length === 0) ?? this.present[0];
    if (run !== undefined) this.messenger.post({ type: 'chooseImages', runKey: run.header.runKey });
  }

  /** Runs whose folders are there. */
  private get present(): CamRun[] {
    return this.runs.runs.filter(({ header }) => !header.isGone);
  }

  /** Runs whose trainer can be asked for the maps of this moment. */
  private get askable(): CamRun[] {
    return this.messenger.live ? this.runs.runs.filter(({ isLive, images }) => isLive && images.length > 0) : [];
  }

  /** Shows the state of this moment; of runs that cannot be asked, or no more, the last epoch. */
  private look(now: 'once' | 'live'): void {
    this.choose({ now, epoch: null, input: null });
    this.askTrainers();
  }

  private askTrainers(): void {
    for (const { header, images } of this.askable) {
      this.maps.look(
        header.runKey,
        images.map(({ path }) => path),
      );
    }
  }

  /** With "Live" there is always a question on its way or to come, as long as there is whom to ask. */
  private lookLater(): void {
    if (this.state.now !== 'live' || this.maps.isLooking || this.askable.length === 0) return;
    this.lookTimer ??= setTimeout(() => {
      this.lookTimer = undefined;
      if (this.state.now === 'live' && !document.hidden && !this.maps.isLooking) this.askTrainers();
      this.lookLater();
    }, lookEveryMs);
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
    this.drawing.soon();
  }

  private draw(): void {
    const all = this.runs.runs;
    this.problems.update(this.runs.unreadable, this.failure);
    this.gone.update(all);
    const notice = panelNotice(this.runs, this.messenger.live);
    this.notice.update(notice);
    const withoutImages = imagesNotice(all, this.messenger.live);
    this.withoutImages.update(withoutImages);
    const isEmpty = notice !== undefined || withoutImages !== undefined;
    this.toolbar.element.hidden = isEmpty;
    this.content.hidden = isEmpty;
    this.view = this.viewOf();
    if (!isEmpty) {
      const classes = new Set(
        this.view.columns.flatMap(({ maps }) => (maps?.state === 'ready' ? [...maps.value.classes] : [])),
      );
      this.toolbar.update(this.state, {
        epochs: offeredEpochs(all),
        classes: [...classes],
        readable: this.names.of,
        corruptions: this.runs.corruptions,
        hasAux: all.some(({ branches }) => branches.length > 1),
        canLook: this.askable.length > 0,
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
    return fittingSize({ width: this.content.clientWidth, height: innerHeight }, columns.length + 1);
  }

  private viewOf(): View {
    const all = this.runs.runs;
    const { shown, order, scale } = this.state;
    const columns = columnsOf(all, this.state, this.maps);
    const rows = sortedRows(rowsOf(all), columns, order, shown);
    const view: View = { rows, columns, labelOf: labelsOfRuns(all), size: this.sizeFor(columns), common: undefined };
    if (scale === 'common') {
      const cells = rows.flatMap((row) => columns.map((column) => cellOf(row, column, shown)));
      view.common = {
        maps: rangeOf(...cells.flatMap((cell) => (cell.state === 'map' ? [cell.explanation.grid!.values] : []))),
        differences: symmetricRange(cells.flatMap((cell) => (cell.state === 'difference' ? [cell.grid.values] : []))),
      };
    }
    return view;
  }

  /** What to do where there is nothing to see yet, and what there is nothing to see of. */
  private drawAdvice({ columns, labelOf }: View): void {
    const words: string[] = [];
    for (const { header, isLive, unreachable } of this.runs.runs) {
      if (!this.messenger.live || isLive) continue;
      const { runKey, state } = header;
      if (unreachable !== undefined) words.push(`${labelOf(runKey)} cannot be looked at now: ${unreachable}.`);
      else if (this.state.now !== null) words.push(`${labelOf(runKey)} is ${state}: it shows its last epoch, not now.`);
    }
    const missing = classAdvice(columns, this.state.shown, labelOf);
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
    // A column without maps has a button of its own.
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
      styleOf: (runKey) => runStyle(this.state.styles[runKey] ?? 0, this.theme),
      size,
      selection,
      cell: (row, column) => (column === undefined ? this.originalCell(row) : this.mapCell(row, column, view, shown)),
    });
  }

  private originalCell(row: CamRow): GridCell {
    const picture = this.originalOf(row);
    const { path, label } = row.image;
    const message = picture.state === 'missing' ? picture.message : undefined;
    const problem =
      message && row.runKeys.map((runKey) => this.problemOf(runKey, row)).find((found) => found !== undefined);
    const name = this.names.of(label);
    const words = [message, name, problem ? `${path}: it ${problem}` : path].filter(Boolean).join(' ');
    const text = { caption: name, confidence: '', note: nameOfImage(path), label: words };
    const drawing = this.drawingKey(picture, ['original']);
    return {
      text,
      message,
      drawing: picture.state === 'missing' ? undefined : drawing,
      data: { image: path, label: label ?? '' },
    };
  }

  /** The picture of the first run that has one. */
  private originalOf(row: CamRow): PictureState {
    let first: PictureState | undefined;
    for (const runKey of row.runKeys) {
      const found = this.pictureOf(runKey, row);
      if (found.state === 'stored') return found;
      first ??= found;
    }
    return first ?? { state: 'missing', message: 'The image is missing.' };
  }

  private pictureOf(runKey: string, { image }: CamRow): PictureState {
    return this.pictures.find(runKey, this.state.input ?? undefined, image.path);
  }

  /** What is wrong with a row's image in a run, if anything. */
  private problemOf(runKey: string, { image }: CamRow): string | undefined {
    return this.pictures.problemOf(runKey, this.state.input ?? undefined, image.path);
  }

  private mapCell(row: CamRow, column: CamColumn, view: View, shown: CamState['shown']): GridCell {
    const cell = cellOf(row, column, shown);
    const place = `${row.image.path}, ${view.labelOf(column.runKey)} ${kindLabel(column)}`;
    const noted = column.maps?.state === 'ready' ? column.maps.value.problems.get(row.image.path) : undefined;
    const problem = noted ?? this.problemOf(column.runKey, row);
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
    const picture = this.pictureOf(column.runKey, row);
    const { common } = view;
    const drawing = this.drawingKey(picture, [
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

  /** Equal as long as the same pixels would be drawn. */
  private drawingKey(picture: PictureState, parts: readonly unknown[]): string {
    const { opacity, colourMap, input } = this.state;
    const size = this.view?.size;
    const pictureId = picture.state === 'stored' ? picture.id : 0;
    return JSON.stringify([pictureId, opacity, colourMap, input, size, devicePixelRatio, ...parts]);
  }

  /** Draws a cell; false where its picture is still being decoded, or there is none. */
  private paint(canvas: () => HTMLCanvasElement, row: CamRow, column: CamColumn | undefined): boolean {
    const { view } = this;
    const picture = this.pictureUnder(row, column);
    if (view === undefined || picture === undefined) return false;
    const factor = enlargementFor(picture.size, view.size * devicePixelRatio);
    const side = picture.size * factor;
    if (column === undefined) {
      putFilled(canvas(), side, (words) => fillPicture(words, picture, factor));
      return true;
    }
    const cell = cellOf(row, column, this.state.shown);
    if (cell.state === 'message') return false;
    const style = this.styleOf(cell, view);
    putFilled(canvas(), side, (words) => fillOverlay(words, picture, factor, gridOf(cell), style));
    return true;
  }

  /**
   * The pixels of a cell; undefined where its picture is still being decoded, or there is none.
   * @param wanted pixels a side, at least
   */
  private picture(row: CamRow, column: CamColumn | undefined, wanted: number): MagnifiedPicture | undefined {
    const { view } = this;
    const picture = this.pictureUnder(row, column);
    if (view === undefined || picture === undefined) return undefined;
    const large = enlargedPicture(picture, enlargementFor(picture.size, wanted));
    const around = { side: large.side, imageSize: picture.size, ...(picture !== grey && { image: picture.pixels }) };
    if (column === undefined) return { ...around, pixels: large.pixels };
    const cell = cellOf(row, column, this.state.shown);
    if (cell.state === 'message') return undefined;
    return { ...around, pixels: overlayPixels(large, gridOf(cell), this.styleOf(cell, view)) };
  }

  /** What a map lies on, grey where the picture is missing; undefined while it is decoded, or for an original that is missing. */
  private pictureUnder(row: CamRow, column: CamColumn | undefined): Picture | undefined {
    const found = column === undefined ? this.originalOf(row) : this.pictureOf(column.runKey, row);
    if (found.state === 'missing') return column === undefined ? undefined : grey;
    return this.pictures.decoded(found);
  }

  private styleOf(cell: Exclude<CamCell, { state: 'message' }>, { common }: View): CellStyle {
    const { opacity } = this.state;
    if (cell.state === 'difference') {
      return { table: differenceTable(), opacity, range: common?.differences ?? symmetricRange([cell.grid.values]) };
    }
    const range = common?.maps ?? rangeOf(cell.explanation.grid!.values);
    return { table: tableOf(colourMapOf(this.state)), opacity, range };
  }

  private drawMagnified(view: View): void {
    const { selection } = this.state;
    const row = view.rows.find(({ key }) => key === selection?.image);
    const column = view.columns.find(({ key }) => key === selection?.column);
    this.magnified.element.hidden = row === undefined || column === undefined;
    if (row === undefined || column === undefined) return;
    const name = (of: CamColumn) => `${view.labelOf(of.runKey)} ${kindLabel(of)}`;
    const moment = momentOf(column);
    const others = view.columns
      .filter((other) => other !== column)
      .map((other) => ({
        key: other.key,
        label: name(other),
        picture: () => this.picture(row, other, magnifiedPixels),
      }));
    this.magnified.update({
      heading: `${row.image.path} · ${name(column)}${moment && ` · ${moment}`}`,
      cell: cellOf(row, column, this.state.shown),
      picture: this.picture(row, column, magnifiedPixels),
      others: [
        { key: 'original', label: 'original', picture: () => this.picture(row, undefined, magnifiedPixels) },
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
    this.live.sayNews(words);
  }

  /** The rows and columns that are shown, as the paper's Fig. 3. */
  private async export(format: 'svg' | 'png'): Promise<void> {
    const { view } = this;
    if (view === undefined) return;
    const canvas = document.createElement('canvas');
    const pngOf = (row: CamRow, column: CamColumn | undefined): string | undefined => {
      const drawn = this.picture(row, column, figurePixels);
      if (drawn === undefined) return undefined;
      putPixels(canvas, drawn.pixels, drawn.side);
      return base64Of(canvas);
    };
    const rows: FigureRow[] = [];
    for (const row of view.rows.slice(0, mostFigureRows)) {
      await this.decoded(row, view.columns);
      putPixels(canvas, grey.pixels, grey.size);
      const original = { png: pngOf(row, undefined) ?? base64Of(canvas), caption: this.names.of(row.image.label) };
      const cells = view.columns.map((column): FigureCell | undefined => {
        const png = pngOf(row, column);
        const cell = cellOf(row, column, this.state.shown);
        if (png === undefined || cell.state === 'message') return undefined;
        if (cell.state === 'difference') return { png, caption: this.names.of(cell.classes[cell.shown]) };
        const { predicted, probabilities, isRight } = cell.explanation;
        const confidence = formatPercent(probabilities[predicted]);
        const caption = this.names.of(cell.classes[predicted]);
        return { png, caption, confidence, ...(isRight !== undefined && { isRight }) };
      });
      rows.push({ original, cells });
    }
    const headings = view.columns.map((column) => `${view.labelOf(column.runKey)}, ${kindLabel(column)}`);
    const { input } = this.state;
    const heading = input === null ? 'original' : inputLabel(input.corruption, input.severity);
    saveFile(this.messenger, await figureFile({ input: heading, headings, rows }, format));
  }

  /** Settles when the pictures of a row are decoded; those of rows out of sight may not be. */
  private async decoded(row: CamRow, columns: readonly CamColumn[]): Promise<void> {
    const isLoading = (found: PictureState) => found.state === 'stored' && this.pictures.decoded(found) === undefined;
    while (isLoading(this.originalOf(row)) || columns.some(({ runKey }) => isLoading(this.pictureOf(runKey, row))))
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const gridOf = (cell: Exclude<CamCell, { state: 'message' }>): Grid =>
  cell.state === 'map' ? cell.explanation.grid! : cell.grid;
