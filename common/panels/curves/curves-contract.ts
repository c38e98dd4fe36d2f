import type { Measured } from '../measured';
import type { FromAnyPanel, HydrateMessage, PanelState, RunHeader, ToAnyPanel } from '../protocol';
import type { BranchMeasure, epochColumns, MeasureColumn, stepColumns } from './curve-columns';

/** Equally spaced numbers: piece k has `counts[k]` of them, the i-th of which is `starts[k] + i * increments[k]`. */
export interface LinearPieces {
  starts: Float64Array;
  increments: Float64Array;
  counts: Uint32Array;
}

/** Whole numbers that do not descend: the first is `first + differences[0]`, each further one adds its difference to the one before. */
export interface WholeNumbers {
  first: number;
  differences: Uint8Array | Uint16Array | Uint32Array;
}

/** The total loss where it is the float32 next to `(main + aux) * factor` at every step; without an aux branch aux is 0. */
export interface SumOfBranches {
  factor: number;
}

/** A long column in a message: plain numbers in JSON (a report), or packed without loss, with NaN for what was not finite. */
export type PackedColumn = readonly Measured[] | Float32Array | Float64Array | LinearPieces | WholeNumbers;

/**
 * Columns of equal length, one entry a training step, in the order of the steps; aux is empty for a method with one branch.
 * Losses in nats; time in ms since 1970.
 */
export type StepColumns = Record<Exclude<(typeof stepColumns)[number], 'total'>, PackedColumn> & {
  total: PackedColumn | SumOfBranches;
};

/** Columns of equal length, one entry an epoch with validation. Fractions in [0, 1]; aux columns are empty with one branch. */
export type EpochColumns = Record<'epoch' | 'step' | 'time', number[]> &
  Record<Exclude<(typeof epochColumns)[number], 'epoch' | 'step' | 'time'>, Measured[]>;

/**
 * Columns of equal length, one entry a `localisation` record of the trainer: after an epoch, means over the images that were
 * chosen. `withRegion` of them say where the object is: pointing and energy are means over those. Pointing, energy and area
 * are shares in [0, 1], regions a count, agreement the rank correlation of the maps of main and aux, −1 to 1. Null where a
 * measure was not finite or could be measured on no image, so in all of aux with one branch.
 */
export type LocalisationColumns = Record<'epoch' | 'step' | 'time' | 'images' | 'withRegion', number[]> &
  Record<MeasureColumn, Measured[]>;

export interface RunCurves {
  header: RunHeader;
  steps: StepColumns;
  epochs: EpochColumns;
  localisation: LocalisationColumns;
  /** Steps from which the run was resumed, ascending. */
  restarts: number[];
}

/** What is new of a run. First that step and later ones are dropped if `truncateFromStep` is there (the run was resumed). */
export interface RunDelta extends RunCurves {
  truncateFromStep?: number;
}

/** What is measured of the maps of the chosen images, each in a chart of its own. */
export type LocalisationMeasure = BranchMeasure | 'agreement';

/** The charts of the curves panel. */
export type ChartId =
  | 'loss'
  | 'top1'
  | 'validation-loss'
  | 'learning-rate'
  | 'images-per-second'
  | 'scatter'
  | LocalisationMeasure;

/** What x is. Relative time is that since the run's first step. */
export type XAxis = 'step' | 'epoch' | 'relative' | 'wall';

/** What was chosen for one chart; what is missing is as the panel has it by default. */
export interface ChartChoices {
  hidden?: boolean;
  pinned?: boolean;
  /** Takes the full width of the panel. */
  wide?: boolean;
  /** In CSS pixels. */
  height?: number;
  logX?: boolean;
  logY?: boolean;
  /** The y axis begins at 0. */
  fromZero?: boolean;
}

/** How the curves are looked at: kept by the panel, and by the host for the next panel of the workspace. */
export interface CurvesChoices {
  /** Weight of the debiased exponential smoothing, in [0, 1). */
  smoothing: number;
  /** The training losses apart, or the total that is minimised. */
  loss: 'branches' | 'total';
  xAxis: XAxis;
  /** The y axes cover the values between the 5th and the 95th percentile. */
  ignoreOutliers: boolean;
  /** Runs that differ in nothing but the seed become their mean with a band of one standard deviation. */
  groupSeeds: boolean;
  /** The area between main and aux loss is shaded. */
  shadeGap: boolean;
  markRestarts: boolean;
  markLearningRate: boolean;
  markCheckpoints: boolean;
  tooltipOrder: 'nearest' | 'highest' | 'lowest';
  /** Charts in their order; those that are missing follow. */
  order: ChartId[];
  charts: Partial<Record<ChartId, ChartChoices>>;
  /** A metric against a field of the experiments. */
  scatter: { metric: ScatterMetric; field: string; logX: boolean };
}

export type ScatterMetric =
  | 'bestMainTop1'
  | 'lastMainTop1'
  | 'bestAuxTop1'
  | 'lastAuxTop1'
  | 'lastMainLoss'
  | 'lastAuxLoss';

/** What the curves panel keeps through `setState`. */
export interface CurvesState extends CurvesChoices, PanelState {
  /** Runs whose lines are hidden. */
  hidden: string[];
  /** Words that the list of runs is narrowed to. */
  filter: string;
  /** Parts of the axes that were zoomed to, in the axes' units; one x for all charts. */
  zoom: { x?: [from: number, to: number]; y: Partial<Record<ChartId, [from: number, to: number]>> };
}

/** Extension host (or report) → curves panel. */
export type ToCurves =
  /**
   * Of long runs the curves follow with `append`. `choices`: the workspace's, for a panel that has none of its own yet; of
   * unknown shape, since an older version may have written them.
   */
  | (HydrateMessage<RunCurves> & { choices?: unknown })
  /** More of a run that was hydrated. One that could not be read can be again. */
  | ({ type: 'append' } & RunDelta)
  /** The number of runs that are complete; the others are still being read. */
  | { type: 'progress'; complete: number; total: number }
  | ToAnyPanel;

/** Curves panel → extension host. */
export type FromCurves = FromAnyPanel | FromCurvesAlone;

/** What no other panel's page sends. */
export type FromCurvesAlone =
  /** The person wants to see the maps or the divergence of a run at that epoch. */
  | { type: 'openEpoch'; runKey: string; epoch: number }
  /** The person changed how the curves are looked at. */
  | { type: 'choices'; choices: CurvesChoices };
