import type { CurvesChoices } from '../../../common/panels/curves/curves-contract';
import { positions } from '../axes/x-axis';
import { chartDefinitions, type LineChartId, type LineKind } from '../data/chart-definitions';
import { type MemberSeries, meanBand } from '../data/mean-band';
import type { PanelRun } from '../data/panel-runs';
import type { SeedGroup } from '../data/seed-groups';
import { smooth } from '../data/smoothing';

/** A line in full, of one run or of the mean of a group. All columns are equally long; `x` ascends. */
export interface CurveSeries {
  /** The run, or the first of the group: its colour and marker. */
  runKey: string;
  kind: LineKind;
  x: ArrayLike<number>;
  /** What is drawn; NaN is a gap. */
  y: ArrayLike<number>;
  /** Before smoothing; the same column as `y` where nothing is smoothed. */
  raw: ArrayLike<number>;
  step: ArrayLike<number>;
  /** In ms since 1970. */
  time: ArrayLike<number>;
  /** Of a mean: one standard deviation below and above. */
  band?: { low: Float64Array; high: Float64Array };
}

export type SeriesOptions = Pick<CurvesChoices, 'smoothing' | 'loss' | 'xAxis'>;

/** Prepares the lines of runs and groups and remembers them until a run or an option changes; zooming changes neither. */
export class SeriesPreparation {
  private readonly known = new Map<string, { key: string; series: CurveSeries[] }>();

  /** The lines of one chart, in the order of the groups. */
  prepare(chart: LineChartId, groups: readonly SeedGroup[], options: SeriesOptions): CurveSeries[] {
    return groups.flatMap((group) => {
      const [only, ...others] = group.runs;
      const members = (others.length === 0 ? [only!] : group.runs).map((run) => this.ofRun(chart, run, options));
      if (members.length === 1) return members[0]!;
      const revisions = group.runs.map(({ header, revision }) => `${header.runKey}@${revision}`);
      return this.remembered(`group ${chart} ${group.runKey}`, [...revisions, optionsKey(chart, options)].join(), () =>
        meansOf(members),
      );
    });
  }

  /** Forgets everything, for new contents of the panel. */
  clear(): void {
    this.known.clear();
  }

  private ofRun(chart: LineChartId, run: PanelRun, options: SeriesOptions): CurveSeries[] {
    const key = `${run.revision},${optionsKey(chart, options)}`;
    return this.remembered(`${chart} ${run.header.runKey}`, key, () => seriesOf(chart, run, options));
  }

  private remembered(name: string, key: string, make: () => CurveSeries[]): CurveSeries[] {
    const entry = this.known.get(name);
    if (entry?.key === key) return entry.series;
    const series = make();
    this.known.set(name, { key, series });
    return series;
  }
}

/** The options that the lines of a chart depend on. */
function optionsKey(chart: LineChartId, { smoothing, loss, xAxis }: SeriesOptions): string {
  return [xAxis, chartDefinitions[chart].smooths === true ? smoothing : 0, chart === 'loss' ? loss : ''].join();
}

function seriesOf(chart: LineChartId, run: PanelRun, { smoothing, loss, xAxis }: SeriesOptions): CurveSeries[] {
  const { over, lines, smooths } = chartDefinitions[chart];
  const { step, time } = run[over];
  return lines(run, { loss }).flatMap(([kind, raw]) => {
    if (raw.length === 0) return [];
    const y = smooths === true && smoothing > 0 ? smooth(raw, smoothing) : raw;
    return [{ runKey: run.header.runKey, kind, x: positions(run, over, xAxis), y, raw, step, time }];
  });
}

/** The means of the lines that the members have. */
function meansOf(members: readonly CurveSeries[][]): CurveSeries[] {
  const kinds = [...new Set(members.flat().map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const lines = members.flat().filter((series) => series.kind === kind);
    const { x, mean, low, high } = meanBand(lines satisfies readonly MemberSeries[]);
    const longest = lines.find((series) => series.x === x) ?? lines[0]!;
    const { runKey } = members.find((series) => series.length > 0)![0]!;
    return { ...longest, runKey, y: mean, raw: mean, band: { low, high } };
  });
}
