import type { ChartId, CurvesState } from '../../../common/panels/curves/curves-contract';
import type { Range } from '../../shared/plot/axis-transform';
import type { Summary } from '../../shared/summary-items';
import { axisTexts, formatPosition } from '../axes/x-axis';
import { chartsFor } from '../data/chart-order';
import type { PanelRun } from '../data/panel-runs';
import type { SeedGroup } from '../data/seed-groups';

/**
 * How the panel looks at the runs, in words and as attributes, beside the summaries of the runs. Ranges are "FROM TO" in the
 * units of the axes: steps, epochs or milliseconds.
 */
export function summarizeView(
  state: CurvesState,
  xRange: Range,
  runs: readonly PanelRun[],
  groups: readonly SeedGroup[],
): Summary {
  const charts = chartsFor(state, runs);
  const having = (name: 'logX' | 'logY' | 'pinned'): ChartId[] =>
    charts.filter((id) => state.charts[id]?.[name] === true);
  const zoomedY = charts.filter((id) => state.zoom.y[id] !== undefined);
  const zoomed = [...(state.zoom.x === undefined ? [] : ['x']), ...(zoomedY.length === 0 ? [] : ['y'])].join(' ');
  const seeds = groups.filter(({ runs }) => runs.length > 1);
  const [from, to] = xRange.map((value) => formatPosition(state.xAxis, value)) as [string, string];
  const parts = [
    `Charts ${axisTexts[state.xAxis].phrase} from ${from} to ${to}`,
    state.smoothing > 0 ? `smoothing ${state.smoothing}` : 'not smoothed',
    ...(zoomed === '' ? [] : [`zoomed along ${zoomed.replace(' ', ' and ')}`]),
    ...(having('logY').length === 0 ? [] : [`logarithmic y in ${having('logY').join(', ')}`]),
    ...(having('logX').length === 0 ? [] : [`logarithmic x in ${having('logX').join(', ')}`]),
    ...(state.ignoreOutliers ? ['outliers ignored'] : []),
    ...seeds.map(({ label }) => `${label} as mean and deviation`),
  ];
  return {
    text: `${parts.join('; ')}.`,
    attributes: {
      'data-x-axis': state.xAxis,
      'data-x-range': `${xRange[0]} ${xRange[1]}`,
      // "x", "y", both, or "" where nothing is zoomed.
      'data-zoomed': zoomed,
      'data-smoothing': String(state.smoothing),
      'data-loss': state.loss,
      'data-log-x': having('logX').join(' '),
      'data-log-y': having('logY').join(' '),
      'data-ignore-outliers': String(state.ignoreOutliers),
      // Ids of the shown charts in their order.
      'data-charts': charts.join(' '),
      'data-pinned': having('pinned').join(' '),
      // Of seeds: "RUN KEY,RUN KEY" each; "" where every run stands alone.
      'data-groups': seeds.map(({ runs }) => runs.map(({ header }) => header.runKey).join(',')).join(' '),
    },
  };
}
