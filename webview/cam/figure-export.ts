import type { CamState } from '../../common/panels/cam/cam-contract';
import {
  type Figure,
  type FigureCell,
  type FigureRow,
  figureFont,
  figureSvg,
  inputLabel,
  layoutFigure,
} from '../../common/panels/cam/picture/figure';
import type { SavedFile } from '../../common/panels/protocol';
import { bitmapOf, pngBase64 } from '../shared/base64';
import { formatPercent } from '../shared/number-format';
import { type CamColumn, type CamRow, cellOf } from './cam-table';
import { type CellPainter, grey } from './cell-painter';
import { kindLabel } from './cell-text';
import { fillPicture, putFilled } from './overlay-image';

/** Print resolution: a picture is an inch wide. */
const dotsPerInch = 300;
/** Pixels a side of a picture, at least. */
const figurePixels = 300;
/** A longer figure fits on no page, and no canvas is that long. */
const maxFigureRows = 40;

/** What is shown, in the order of the panel. */
export interface ShownCells {
  rows: readonly CamRow[];
  columns: readonly CamColumn[];
  labelOf: (runKey: string) => string;
  /** What a class is called where people read. */
  readable: (name?: string) => string;
}

/** The rows and columns that are shown, as the paper's Fig. 3. */
export async function shownFigure(
  { rows, columns, labelOf, readable }: ShownCells,
  { shown, input }: Pick<CamState, 'shown' | 'input'>,
  painter: CellPainter,
): Promise<Figure> {
  const canvas = document.createElement('canvas');
  const pngOf = (row: CamRow, column: CamColumn | undefined): string | undefined =>
    painter.paint(() => canvas, row, column, figurePixels) ? pngBase64(canvas) : undefined;
  const figureRows: FigureRow[] = [];
  for (const row of rows.slice(0, maxFigureRows)) {
    await painter.decoded(row, columns);
    putFilled(canvas, grey.size, (words) => fillPicture(words, grey, 1));
    const original = { png: pngOf(row, undefined) ?? pngBase64(canvas), caption: readable(row.image.label) };
    const cells = columns.map((column): FigureCell | undefined => {
      const png = pngOf(row, column);
      const cell = cellOf(row, column, shown);
      if (png === undefined || cell.state === 'message') return undefined;
      if (cell.state === 'difference') return { png, caption: readable(cell.classes[cell.shown]) };
      const { predicted, probabilities, isRight } = cell.explanation;
      const confidence = formatPercent(probabilities[predicted]);
      const caption = readable(cell.classes[predicted]);
      return { png, caption, confidence, ...(isRight !== undefined && { isRight }) };
    });
    figureRows.push({ original, cells });
  }
  const headings = columns.map((column) => `${labelOf(column.runKey)}, ${kindLabel(column)}`);
  const heading = input === null ? 'original' : inputLabel(input.corruption, input.severity);
  return { input: heading, headings, rows: figureRows };
}

/** The figure as a file to save; the same as `mixprop explain --figure` makes. */
export async function figureFile(figure: Figure, format: 'svg' | 'png'): Promise<SavedFile> {
  if (format === 'svg') {
    return { fileName: 'cam-overlays.svg', mime: 'image/svg+xml', encoding: 'utf8', contents: figureSvg(figure) };
  }
  return { fileName: 'cam-overlays.png', mime: 'image/png', encoding: 'base64', contents: await figurePng(figure) };
}

async function figurePng(figure: Figure): Promise<string> {
  const { width, height, pictures, texts } = layoutFigure(figure);
  const scale = dotsPerInch / 25.4;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(scale, scale);
  for (const { png, x, y, side } of pictures) {
    const bitmap = await bitmapOf(png);
    pen.drawImage(bitmap, x, y, side, side);
    bitmap.close();
  }
  pen.textAlign = 'center';
  for (const { text, x, y, size, colour } of texts) {
    pen.font = `${size}px ${figureFont}`;
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  }
  return pngBase64(canvas);
}
