import { LinearScale, LogarithmicScale } from 'chart.js';

/** What Chart.js's axes are asked for here: the ticks of a range, without a chart around it. */
interface TickBuilder {
  axis: 'x';
  options: object;
  min: number;
  max: number;
  computeTickLimit(): number;
  _maxDigits(): number;
  buildTicks(): { value: number }[];
}

/** More digits than this no tick has. */
const maxDigits = 12;

/** The ticks of one of Chart.js's axes from `min` to `max`, at most `count` of them if it is linear. */
export function chartTicks(kind: 'linear' | 'log', min: number, max: number, count: number): number[] {
  const Axis = (kind === 'log' ? LogarithmicScale : LinearScale) as unknown as new (settings: object) => TickBuilder;
  // The constructor only stores what belongs to a chart.
  const axis = new Axis({ id: 'x', type: kind });
  Object.assign(axis, {
    axis: 'x',
    options: { bounds: 'ticks', min, max, ticks: { maxTicksLimit: count, includeBounds: false } },
    ...{ _userMin: min, _userMax: max, min, max },
    // Both are measured on a chart's canvas otherwise.
    computeTickLimit: () => count,
    _maxDigits: () => maxDigits,
  } satisfies Partial<TickBuilder> & Record<string, unknown>);
  return axis.buildTicks().map(({ value }) => Number(value.toPrecision(maxDigits)));
}
