import type { Drawing } from '../painted-picture';
import type { Pen } from '../pen';
import type { RunStyle } from '../run-style';
import { drawMarker } from '../shapes';
import type { Theme } from '../theme';
import { axisFont } from './axes';
import { strokeLine } from './stroke-line';

/** What stands around a plot in a picture for a paper or a talk. */
export interface PictureFrame {
  title: string;
  legend: readonly LegendEntry[];
  theme: Theme;
}

export interface LegendEntry {
  label: string;
  style: RunStyle;
  /** Of the line: empty for a solid one, whose marker is filled; undefined where points have no line. */
  dash: readonly number[] | undefined;
}

const margin = 16;
const swatchWidth = 28;

/** Where title and legend go, in pixels: rows as wide as the picture. */
interface FrameLayout {
  top: number;
  height: number;
  entries: { x: number; y: number; entry: LegendEntry }[];
}

export function layoutFrame(
  { legend, theme }: PictureFrame,
  plot: { width: number; height: number },
  measure: (text: string) => number,
): FrameLayout {
  const line = axisFont(theme).size * 1.8;
  const top = margin + theme.fontSize * 1.8;
  const entries: FrameLayout['entries'] = [];
  let [x, y] = [margin, top + plot.height + line];
  for (const entry of legend) {
    const width = swatchWidth + 6 + measure(entry.label) + 18;
    if (x > margin && x + width > plot.width - margin) {
      x = margin;
      y += line;
    }
    entries.push({ x, y, entry });
    x += width;
  }
  return { top, height: Math.ceil(y + (entries.length > 0 ? line * 0.5 : 0) + margin), entries };
}

/** A plot with title and legend. */
export function framedPicture(plot: Drawing, frame: PictureFrame): Drawing {
  const { family, size } = axisFont(frame.theme);
  const measuring = document.createElement('canvas').getContext('2d')!;
  measuring.font = `${size}px ${family}`;
  const layout = layoutFrame(frame, plot, (text) => measuring.measureText(text).width);
  const paint = (pen: Pen) => {
    paintFrame(pen, frame, layout, plot.width);
    pen.save();
    pen.translate(0, layout.top);
    plot.paint(pen);
    pen.restore();
  };
  return { width: plot.width, height: layout.height, paint };
}

function paintFrame(pen: Pen, { theme, title }: PictureFrame, layout: FrameLayout, width: number): void {
  const { family, size } = axisFont(theme);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, width, layout.height);
  pen.fillStyle = theme.foreground;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.font = `600 ${theme.fontSize}px ${family}`;
  pen.fillText(title, margin, margin + theme.fontSize * 0.6);
  pen.font = `${size}px ${family}`;
  for (const { x, y, entry } of layout.entries) {
    const { label, style, dash } = entry;
    const ends: [number, number][] = [
      [x, y],
      [x + swatchWidth, y],
    ];
    if (dash !== undefined) strokeLine(pen, ends, { colour: style.colour, width: 2, dash });
    const fill = dash !== undefined && dash.length > 0 ? theme.background : style.colour;
    drawMarker(pen, style.marker, [x + swatchWidth / 2, y], 3.5, { stroke: style.colour, fill });
    pen.fillStyle = theme.foreground;
    pen.fillText(label, x + swatchWidth + 6, y);
  }
}
