import { cssColour } from '../shared/colour-scale';
import type { Drawing } from '../shared/painted-picture';
import type { Pen } from '../shared/pen';
import type { Theme } from '../shared/theme';
import { position, scaleTicks } from '../shared/value-scale';
import {
  cellColours,
  columnLabel,
  columnsOf,
  type HeatmapContents,
  rowLabel,
  spansRows,
  valueAt,
} from './heatmap-contents';

const margin = 16;
const [cellWidth, cellHeight] = [46, 20];
const [groupWidth, labelWidth] = [64, 110];
const titleHeight = 64;
const groupGap = 4;
const legend = { width: 260, height: 10, ticks: 6 };

/** A heatmap with title, names and colours' legend, as a picture for a paper or a talk. */
export function heatmapDrawing(contents: HeatmapContents, theme: Theme): Drawing {
  const { matrix } = contents;
  const columns = columnsOf(matrix);
  const starts = matrix.rows.map(({ group }, index) => index > 0 && group !== matrix.rows[index - 1]!.group);
  const gaps = starts.filter((start) => start).length;
  const left = margin + groupWidth + labelWidth;
  const top = margin + titleHeight;
  const bottom = top + Math.max(1, matrix.rows.length) * cellHeight + gaps * groupGap;
  const width = Math.max(left + columns.length * cellWidth + margin, margin * 2 + legend.width + 60);
  const height = bottom + 62;

  const paint = (pen: Pen) => {
    const font = (weight = '') => `${weight}${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
    pen.fillStyle = theme.background;
    pen.fillRect(0, 0, width, height);
    pen.textBaseline = 'middle';
    const say = (text: string, x: number, y: number, align: CanvasTextAlign, colour = theme.foreground) => {
      pen.fillStyle = colour;
      pen.textAlign = align;
      pen.fillText(text, x, y);
    };
    pen.font = `600 ${theme.fontSize}px ${theme.fontFamily}`;
    say(contents.title, margin, margin + 6, 'left');
    pen.font = font();
    say(contents.description, margin, margin + 26, 'left', theme.mutedForeground);
    for (const [index, column] of columns.entries()) {
      const x = left + (index + 0.5) * cellWidth;
      say(columnLabel(column, matrix), x, top - 9, 'center', theme.mutedForeground);
    }
    const box = (x: number, y: number, w: number, h: number, value: number | undefined) => {
      const colours = cellColours(value, contents);
      if (colours === undefined) return;
      pen.fillStyle = cssColour(colours.fill);
      pen.fillRect(x, y, w - 1, h - 1);
      say(contents.format(value), x + w / 2, y + h / 2, 'center', cssColour(colours.text));
    };
    for (const [index, column] of columns.entries()) {
      if (spansRows(column))
        box(left + index * cellWidth, top, cellWidth, bottom - top, valueAt({ row: 0, column }, matrix));
    }
    let y = top;
    for (const [row, line] of matrix.rows.entries()) {
      if (starts[row]) y += groupGap;
      const isFirst = row === 0 || starts[row];
      pen.font = font('600 ');
      if (isFirst) say(line.group, margin, y + cellHeight / 2, 'left', theme.mutedForeground);
      pen.font = font();
      say(rowLabel(line, matrix), left - 8, y + cellHeight / 2, 'right');
      for (const [index, column] of columns.entries()) {
        if (spansRows(column)) continue;
        box(left + index * cellWidth, y, cellWidth, cellHeight, valueAt({ row, column }, matrix));
      }
      y += cellHeight;
    }
    paintLegend(pen, contents, theme, margin + 20, bottom + 22, say);
  };
  return { width, height, paint };
}

function paintLegend(
  pen: Pen,
  { scale, colours, caption, format }: HeatmapContents,
  theme: Theme,
  x: number,
  y: number,
  say: (text: string, x: number, y: number, align: CanvasTextAlign, colour?: string) => void,
): void {
  say(caption, x, y - 9, 'left', theme.mutedForeground);
  const parts = 52;
  for (let part = 0; part < parts; part++) {
    pen.fillStyle = cssColour(colours.colourAt(part / (parts - 1)));
    pen.fillRect(x + (part * legend.width) / parts, y, legend.width / parts + 0.5, legend.height);
  }
  for (const tick of scaleTicks(scale, legend.ticks)) {
    say(format(tick), x + (position(scale, tick) ?? 0) * legend.width, y + legend.height + 10, 'center');
  }
}
