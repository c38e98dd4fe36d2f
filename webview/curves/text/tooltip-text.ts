import type { XAxis } from '../../../common/panels/curves/curves-contract';
import { formatCount } from '../../shared/number-format';
import { formatDuration } from '../axes/time-format';
import { formatPosition, stepsPerEpoch } from '../axes/x-axis';
import type { PanelRun } from '../data/panel-runs';
import type { TooltipRow } from '../lines/tooltip-rows';

/** More rows would cover the chart. */
const maxRows = 14;
const spokenRows = 3;

/** The tooltip in words: a line a row, and what a screen reader hears of it. */
export function tooltipContents(
  rows: readonly TooltipRow[],
  x: number,
  {
    state: { xAxis },
    runs,
    labelOf,
  }: { state: { xAxis: XAxis }; runs: readonly PanelRun[]; labelOf: (runKey: string) => string },
  formatValue: (value: number) => string,
): {
  title: string;
  headings: string[];
  lines: { row: TooltipRow; label: string; cells: string[] }[];
  more: string | undefined;
  spoken: string;
} {
  const smoothed = rows.some(({ series }) => series.raw !== series.y);
  const banded = rows.some(({ series }) => series.band !== undefined);
  const begins = new Map(runs.map(({ header, steps }) => [header.runKey, steps.time[0] ?? 0]));
  const lines = rows.slice(0, maxRows).map((row) => {
    const { series, value, raw, step, time, index } = row;
    const name = series.kind === 'main' || series.kind === 'aux' ? ` ${series.kind}` : '';
    const deviation = series.band === undefined ? '' : formatValue(series.band.high[index]! - value);
    return {
      row,
      label: `${labelOf(series.runKey)}${name}`,
      cells: [
        formatValue(value),
        ...(smoothed ? [series.raw === series.y ? '' : formatValue(raw)] : []),
        ...(banded ? [deviation] : []),
        formatCount(step),
        formatDuration(time - (begins.get(series.runKey) ?? time)),
      ],
    };
  });
  const title = titleAt(rows, x, xAxis, stepsPerEpoch(runs));
  const hidden = rows.length - lines.length;
  const spoken = lines.slice(0, spokenRows).map(({ label, cells }) => `${label} ${cells[0]}`);
  return {
    title,
    headings: [
      smoothed ? 'smoothed' : 'value',
      ...(smoothed ? ['raw'] : []),
      ...(banded ? ['± sd'] : []),
      'step',
      'time',
    ],
    lines,
    more: hidden === 0 ? undefined : `and ${hidden} more`,
    spoken: [title, ...spoken].join('; '),
  };
}

/** The place of the nearest points, as people say it. */
function titleAt(rows: readonly TooltipRow[], x: number, axis: XAxis, perEpoch: number | undefined): string {
  const nearest = rows.reduce((best, row) => (Math.abs(row.x - x) < Math.abs(best.x - x) ? row : best));
  if (axis !== 'step') {
    const name = { epoch: 'epoch ', relative: '', wall: '' }[axis];
    return `${name}${formatPosition(axis, nearest.x)}`;
  }
  const epoch = perEpoch === undefined ? '' : ` · epoch ${Math.max(1, Math.ceil(nearest.x / perEpoch))}`;
  return `step ${formatCount(nearest.x)}${epoch}`;
}
