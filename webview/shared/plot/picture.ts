import type { Pen } from '../pen';
import type { RunStyle } from '../run-style';
import { drawMarker } from '../shapes';
import { SvgPen } from '../svg-pen';
import type { Theme } from '../theme';
import { axisFont, type PlotCanvas } from './plot-canvas';

/** What stands around a plot in a picture for a paper or a talk. */
export interface PictureFrame {
  title: string;
  legend: readonly { label: string; style: RunStyle; dashed: boolean; symbolOnly?: boolean }[];
  theme: Theme;
}

const margin = 16;
const swatchWidth = 28;

/** Where title and legend go, in pixels: rows as wide as the picture. */
interface FrameLayout {
  top: number;
  height: number;
  entries: { x: number; y: number; index: number }[];
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
  legend.forEach(({ label }, index) => {
    const width = swatchWidth + 6 + measure(label) + 18;
    if (x > margin && x + width > plot.width - margin) {
      x = margin;
      y += line;
    }
    entries.push({ x, y, index });
    x += width;
  });
  return { top, height: y + (entries.length > 0 ? line * 0.5 : 0) + margin, entries };
}

function paintFrame(pen: Pen, frame: PictureFrame, layout: FrameLayout, width: number): void {
  const { theme, title, legend } = frame;
  const { family, size } = axisFont(theme);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, width, layout.height);
  pen.fillStyle = theme.foreground;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.font = `600 ${theme.fontSize}px ${family}`;
  pen.fillText(title, margin, margin + theme.fontSize * 0.6);
  pen.font = `${size}px ${family}`;
  for (const { x, y, index } of layout.entries) {
    const { label, style, dashed, symbolOnly } = legend[index]!;
    if (symbolOnly !== true) {
      pen.strokeStyle = style.colour;
      pen.lineWidth = 2;
      pen.setLineDash(dashed ? [5, 3.5] : []);
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + swatchWidth, y);
      pen.stroke();
      pen.setLineDash([]);
    }
    const fill = dashed ? theme.background : style.colour;
    drawMarker(pen, style.marker, [x + swatchWidth / 2, y], 3.5, { stroke: style.colour, fill });
    pen.fillStyle = theme.foreground;
    pen.fillText(label, x + swatchWidth + 6, y);
  }
}

/** The chart with title and legend as SVG. */
export function svgPicture(plot: PlotCanvas, frame: PictureFrame): string {
  const measure = measuring(frame.theme);
  const { width, height } = plot.size;
  const layout = layoutFrame(frame, { width, height }, (text) => measure(text));
  const pen = new SvgPen(width, Math.ceil(layout.height), (text, font) => measure(text, font));
  paintFrame(pen as unknown as Pen, frame, layout, width);
  pen.translate(0, layout.top);
  plot.paintWith(pen);
  return pen.toString();
}

/** The chart with title and legend as PNG, in base64. At least two pixels to a CSS pixel, for print. */
export function pngPicture(plot: PlotCanvas, frame: PictureFrame): string {
  const ratio = Math.max(2, plot.pixelRatio);
  const { width, height } = plot.size;
  const measure = measuring(frame.theme);
  const layout = layoutFrame(frame, { width, height }, (text) => measure(text));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(layout.height * ratio);
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  paintFrame(pen, frame, layout, width);
  plot.atPixelRatio(ratio, (drawn) => pen.drawImage(drawn, 0, layout.top, width, height));
  return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
}

function measuring(theme: Theme): (text: string, font?: string) => number {
  const { family, size } = axisFont(theme);
  const pen = document.createElement('canvas').getContext('2d')!;
  return (text, font = `${size}px ${family}`) => {
    pen.font = font;
    return pen.measureText(text).width;
  };
}
