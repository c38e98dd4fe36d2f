import type { Pen } from '../shared/pen';
import type { Plot, PlotAxis } from '../shared/plot/axes';
import type { ScaleKind } from '../shared/plot/axis-transform';
import { PlotCanvas } from '../shared/plot/plot-canvas';
import { strokeLine } from '../shared/plot/stroke-line';
import type { RunStyle } from '../shared/run-style';
import { drawMarker } from '../shared/shapes';
import { lineSwatch } from '../shared/swatches';
import type { Theme } from '../shared/theme';
import { ValueTooltip } from '../shared/value-tooltip';
import { formatMeasure } from './measures';

/** A line with at most this many points has a marker at each. */
const maxMarkedPoints = 40;
/** Room above and below the lines, as a share of what they span. */
const margin = 0.04;

export interface DivergenceLine {
  label: string;
  /** The mean over the layers is solid, the selected layer dashed. */
  kind: 'mean' | 'layer';
  style: RunStyle;
  /** NaN where there is no value. */
  points: { x: number; y: number }[];
}

export interface LinesContents {
  lines: readonly DivergenceLine[];
  keyName: string;
  scale: ScaleKind;
  /** First and last column. */
  range: readonly [from: number, to: number];
  /** The column that is selected, for a line across. */
  selected: number | undefined;
  theme: Theme;
}

/** Mean over the layers and the selected layer, over epochs or steps. */
export class LinesChart {
  private readonly plot: PlotCanvas;
  private readonly tooltip = new ValueTooltip();
  private contents: LinesContents | undefined;

  /** @param canvas in the element that the plot fills */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.plot = new PlotCanvas(canvas, () => this.contents && this.draw(this.contents));
    canvas.parentElement!.append(this.tooltip.element);
    canvas.addEventListener('pointermove', (event) => this.point(event));
    canvas.addEventListener('pointerleave', () => this.tooltip.hide());
  }

  draw(contents: LinesContents): void {
    this.contents = contents;
    const { keyName, scale, range, theme, lines } = contents;
    const x: PlotAxis = {
      scale: 'linear',
      range: [range[0], Math.max(range[1], range[0] + 1)],
      formatTick: String,
      whole: true,
      title: keyName,
    };
    const values = lines.flatMap(({ points }) => points.map(({ y }) => y));
    const y: PlotAxis = { scale, range: valueRange(values, scale), formatTick: formatMeasure };
    this.plot.draw({ axes: { x, y }, theme, paint: (pen, plot) => paintLines(pen, plot, contents) });
  }

  /** Shows the values at the column that is nearest to the pointer. */
  private point({ offsetX, offsetY }: PointerEvent): void {
    const { contents } = this;
    const { plot } = this.plot;
    if (contents === undefined || plot === undefined) return;
    const { lines, keyName, theme } = contents;
    const columns = lines.flatMap(({ points }) => points.filter(({ y }) => Number.isFinite(y)).map(({ x }) => x));
    if (columns.length === 0) {
      this.tooltip.hide();
      return;
    }
    const distance = (x: number) => Math.abs(plot.x(x) - offsetX);
    const column = columns.reduce((nearest, x) => (distance(x) < distance(nearest) ? x : nearest));
    const rows = lines.flatMap(({ label, kind, style, points }) => {
      const y = points.find((point) => point.x === column)?.y ?? Number.NaN;
      if (!Number.isFinite(y)) return [];
      return [{ swatch: lineSwatch(style, kind === 'layer', theme.background), label, cells: [formatMeasure(y)] }];
    });
    const title = `${keyName} ${column}`;
    const place = { x: offsetX, y: offsetY };
    this.tooltip.show({ title, headings: ['value'], rows }, place, this.canvas.getBoundingClientRect());
  }
}

/** The values with a little room; a linear axis begins at 0. */
function valueRange(values: readonly number[], scale: ScaleKind): [from: number, to: number] {
  const shown = values.filter((value) => Number.isFinite(value) && (scale === 'linear' || value > 0));
  if (shown.length === 0) return scale === 'log' ? [0.1, 1] : [0, 1];
  const max = shown.reduce((a, b) => Math.max(a, b));
  if (scale === 'linear') return [0, max * (1 + margin) || 1];
  const min = shown.reduce((a, b) => Math.min(a, b));
  const ratio = max > min ? (max / min) ** margin : 2;
  return [min / ratio, max * ratio];
}

function paintLines(pen: Pen, { area, x, y }: Plot, { lines, selected, theme }: LinesContents): void {
  if (selected !== undefined) {
    const ends = [area.top, area.bottom].map((end) => [x(selected), end] as const);
    strokeLine(pen, ends, { colour: theme.mutedForeground, width: 1, dash: [3, 3] });
  }
  for (const { points, kind, style } of lines) {
    const isLayer = kind === 'layer';
    const places = points.map((point) => [x(point.x), y(point.y)] as const);
    strokeLine(pen, places, { colour: style.colour, width: isLayer ? 1.5 : 2, dash: isLayer ? [6, 4] : [] });
    if (places.length > maxMarkedPoints) continue;
    const paint = { stroke: style.colour, fill: isLayer ? theme.background : style.colour };
    for (const place of places) if (Number.isFinite(place[1])) drawMarker(pen, style.marker, place, 3, paint);
  }
}
