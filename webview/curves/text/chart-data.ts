import { csvText } from '../../shared/csv-text';
import type { Range } from '../../shared/plot/axis-transform';
import { lowerBound } from '../data/columns';
import type { CurveSeries } from '../lines/curve-series';

/** A chart's lines for a file: every point in view, none thinned out. */
export interface ChartData {
  title: string;
  xAxis: string;
  smoothing: number;
  lines: { label: string; series: CurveSeries }[];
  view: Range;
}

const columns = ['run', 'line', 'step', 'time', 'x', 'value', 'smoothed'] as const;

/** As CSV: one row a point. Means of seeds have the columns low and high for their band. Values that are not finite are empty. */
export function chartCsv(data: ChartData): string {
  const banded = data.lines.some(({ series }) => series.band !== undefined);
  const rows = [[...columns, ...(banded ? ['low', 'high'] : [])].join(',')];
  for (const { label, series } of data.lines) {
    for (const { step, time, x, value, smoothed, low, high } of pointsOf(series, data.view)) {
      const cells = [csvText(label), csvText(series.kind), step, time, number(x), number(value), number(smoothed)];
      if (banded) cells.push(number(low), number(high));
      rows.push(cells.join(','));
    }
  }
  return `${rows.join('\r\n')}\r\n`;
}

/** As JSON: the lines with their points. Values that are not finite are null. */
export function chartJson({ title, xAxis, smoothing, lines, view }: ChartData): string {
  const document = {
    title,
    xAxis,
    smoothing,
    lines: lines.map(({ label, series }) => ({
      run: label,
      line: series.kind,
      points: [...pointsOf(series, view)],
    })),
  };
  return `${JSON.stringify(document)}\n`;
}

function* pointsOf({ x, y, raw, step, time, band }: CurveSeries, [from, to]: Range) {
  for (let index = lowerBound(x, from); index < y.length && x[index]! <= to; index++) {
    yield {
      step: step[index]!,
      time: new Date(time[index]!).toISOString(),
      x: x[index]!,
      value: raw[index]!,
      smoothed: y[index]!,
      low: band?.low[index],
      high: band?.high[index],
    };
  }
}

const number = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '' : String(value);
