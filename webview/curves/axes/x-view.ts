import type { CurvesState } from '../../../common/panels/curves/curves-contract';
import type { PlotAxis } from '../../shared/plot/axes';
import { drawable, type Range } from '../../shared/plot/axis-transform';
import type { PanelRun } from '../data/panel-runs';
import { formatDuration, formatMomentTick, localOffset, timeTicks } from './time-format';
import { allowsLog, axisTexts, formatPositionTick, minPositive, stepsPerEpoch, wholeRange } from './x-axis';
import type { ZoomableAxis } from './zoom-state';

/** The runs that are shown, and how. */
interface Shown {
  state: Pick<CurvesState, 'xAxis' | 'zoom'>;
  runs: readonly PanelRun[];
}

/** The x axis of a chart: what is zoomed to is the same for all. */
export function xView({ state, runs }: Shown, wantsLog: boolean): ZoomableAxis {
  const scale = wantsLog && allowsLog(state.xAxis) ? 'log' : 'linear';
  const min = minPositive(runs, state.xAxis);
  const whole = drawable(scale, wholeRange(runs, state.xAxis), min);
  const zoomed = state.zoom.x;
  return {
    scale,
    whole,
    range: zoomed === undefined ? whole : drawable(scale, zoomed, min),
    zoomed: zoomed !== undefined,
  };
}

/** Room for a tick's label, in pixels. */
const pixelsPerTick = 110;

/** The axes that say what x is: below, and above with epochs where the runs agree on their length. */
export function positionAxes(
  { state, runs }: Shown,
  { scale, range }: ZoomableAxis,
  width: number,
): { x: PlotAxis; top?: PlotAxis } {
  const { xAxis } = state;
  const count = Math.max(2, Math.floor(width / pixelsPerTick));
  const name = axisTexts[xAxis].name;
  if (xAxis === 'relative' || xAxis === 'wall') {
    const isWall = xAxis === 'wall';
    const ticks = scale === 'log' ? {} : { ticks: timeTicks(range, count, isWall ? localOffset(range[0]) : 0) };
    const formatTick = (value: number) => (isWall ? formatMomentTick(value, range) : formatDuration(value));
    return { x: { scale, range, name, formatTick, ...ticks } };
  }
  const x = {
    scale,
    range,
    name,
    whole: xAxis === 'step',
    formatTick: (value: number) => formatPositionTick(xAxis, value),
  };
  const perEpoch = xAxis === 'step' ? stepsPerEpoch(runs) : undefined;
  if (perEpoch === undefined) return { x };
  const epochs: Range = [range[0] / perEpoch, range[1] / perEpoch];
  const formatTick = (value: number) => formatPositionTick('epoch', value);
  return { x, top: { scale, range: epochs, name: 'epoch', whole: epochs[1] - epochs[0] > 2, formatTick } };
}
