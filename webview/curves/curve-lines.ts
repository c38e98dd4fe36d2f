import type { CurvesState } from '../protocol';
import { visibleIndices } from './downsampling';
import type { PanelRun } from './panel-runs';
import { smooth } from './smoothing';

/** What a line shows. In a pair, aux is drawn dashed. */
export type LineKind = 'main' | 'aux' | 'total' | 'learning rate';

export interface CurvePoint {
  x: number;
  /** What is drawn; NaN is a gap. */
  y: number;
  /** Before smoothing. */
  raw: number;
}

export interface CurveLine {
  runId: string;
  kind: LineKind;
  points: CurvePoint[];
  /** The raw line behind the smoothed one, as far as it shows anything else. */
  ghost: { x: number; y: number }[];
}

/** The lines of the panel's charts. */
export interface ChartLines {
  loss: CurveLine[];
  validation: CurveLine[];
  learningRate: CurveLine[];
}

interface LineOptions extends Pick<CurvesState, 'smoothing' | 'loss'> {
  /** Width of a chart in device pixels. */
  pixelColumns: number;
}

/** Steps that the charts span: from 0 to the last step of any run. */
export function stepRange(runs: readonly PanelRun[]): [from: number, to: number] {
  return [0, Math.max(1, ...runs.map((run) => run.steps.step.at(-1) ?? 0))];
}

/**
 * Steps of an epoch, if the runs agree on it; then their steps can be read as epochs. The runs must have begun and say how
 * long they will be.
 */
export function stepsPerEpoch(runs: readonly PanelRun[]): number | undefined {
  const lengths = new Set(
    runs
      .filter(({ header }) => header.totalSteps > 0 && header.totalEpochs > 0)
      .map(({ header }) => header.totalSteps / header.totalEpochs),
  );
  const [length] = lengths;
  return lengths.size === 1 && Number.isInteger(length) ? length : undefined;
}

/** Prepares lines for drawing and remembers those of runs that did not change since. */
export class LinePreparation {
  private readonly known = new Map<string, { key: string; lines: ChartLines }>();

  /** The lines of the runs, in their order; `runs` are those that are shown. */
  prepare(runs: readonly PanelRun[], options: LineOptions): ChartLines {
    const range = stepRange(runs);
    const all: ChartLines = { loss: [], validation: [], learningRate: [] };
    for (const run of runs) {
      const { runId } = run.header;
      const key = [run.revision, options.smoothing, options.loss, options.pixelColumns, ...range].join();
      let entry = this.known.get(runId);
      if (entry?.key !== key) {
        entry = { key, lines: linesOf(run, options, range) };
        this.known.set(runId, entry);
      }
      all.loss.push(...entry.lines.loss);
      all.validation.push(...entry.lines.validation);
      all.learningRate.push(...entry.lines.learningRate);
    }
    return all;
  }

  /** Forgets everything, for new contents of the panel. */
  clear(): void {
    this.known.clear();
  }
}

function linesOf(run: PanelRun, options: LineOptions, range: readonly [number, number]): ChartLines {
  const { steps, epochs } = run;
  const { runId } = run.header;
  const line = (kind: LineKind, x: readonly number[], values: readonly number[], smoothing: number): CurveLine[] => {
    if (values.length === 0) return [];
    const smoothed = smooth(values, smoothing);
    const points = visibleIndices(x, smoothed, options.pixelColumns, range).map((index) => ({
      x: x[index]!,
      y: smoothed[index]!,
      raw: values[index]!,
    }));
    const ghost =
      smoothing === 0
        ? []
        : visibleIndices(x, values, options.pixelColumns, range).map((index) => ({ x: x[index]!, y: values[index]! }));
    return [{ runId, kind, points, ghost }];
  };
  return {
    loss:
      options.loss === 'total'
        ? line('total', steps.step, steps.total, options.smoothing)
        : [
            ...line('main', steps.step, steps.main, options.smoothing),
            ...line('aux', steps.step, steps.aux, options.smoothing),
          ],
    // One value an epoch is too few to smooth.
    validation: [...line('main', epochs.step, epochs.mainTop1, 0), ...line('aux', epochs.step, epochs.auxTop1, 0)],
    learningRate: line('learning rate', steps.step, steps.learningRate, 0),
  };
}
