import type { CellKindName, CellValue } from './cell-kinds';
import type { RowRobustness } from './run-record';
import { type RunRow, rowName } from './run-row';

/** What a table can show of a run. */
export interface Column {
  /** As it is asked for and as machines read it: "bestTop1", "optimizer.learningRate". */
  name: string;
  title: string;
  kind: CellKindName;
  /** Which values are good ones; absent where none are. */
  better?: 'higher' | 'lower';
  value(row: RunRow): CellValue;
}

type Metric = Omit<Column, 'name'>;
type Value = (row: RunRow) => CellValue;

const text = (title: string, value: Value): Metric => ({ title, kind: 'text', value });
const higher = (title: string, kind: CellKindName, value: Value): Metric => ({ title, kind, better: 'higher', value });
const lower = (title: string, kind: CellKindName, value: Value): Metric => ({ title, kind, better: 'lower', value });
const neutral = (title: string, kind: CellKindName, value: Value): Metric => ({ title, kind, value });

/** What was measured of the robustness of a branch. @param title "aux ", or empty for main */
const robustness = (title: string, of: (row: RunRow) => RowRobustness | undefined) => ({
  cleanTop1: higher(`Evaluated ${title}top-1, clean`, 'fraction', (row) => of(row)?.cleanTop1),
  corruptionError: lower(`Corruption ${title}error`, 'percent', (row) => of(row)?.corruptionError),
  mCE: lower(`${title}mCE`, 'percent', (row) => of(row)?.mCE),
  relativeMCE: lower(`Relative ${title}mCE`, 'percent', (row) => of(row)?.relativeMCE),
  stylizedTop1: higher(`Stylized ${title}top-1`, 'fraction', (row) => of(row)?.stylizedTop1),
  calibrationError: lower(`Calibration ${title}error`, 'fraction', (row) => of(row)?.calibrationError),
});

const main = robustness('', ({ evaluation }) => evaluation?.main);
const aux = robustness('aux ', ({ evaluation }) => evaluation?.aux);

/**
 * Everything but settings, in the order of lists. "best": of the epoch with the highest top-1 through main, but for aux, which has a
 * best of its own; "last": of the last epoch with validation.
 */
const metrics = {
  run: text('Run', rowName),
  star: neutral('Star', 'flag', ({ notes }) => notes.star),
  tags: neutral('Tags', 'list', ({ notes }) => notes.tags),
  note: text('Note', ({ notes }) => notes.note),
  id: text('Id', ({ id }) => id),
  folder: text('Folder', ({ folder }) => folder),
  state: text('State', ({ state }) => state),
  reason: text('Reason', ({ reason }) => reason),
  problem: text('Problem', ({ problem }) => problem),
  variant: text('Method', ({ variant, settings }) => variant ?? settings['method.type']),
  epoch: neutral('Epochs', 'count', ({ finishedEpochs }) => finishedEpochs),
  step: neutral('Steps', 'count', ({ step }) => step),
  bestTop1: higher('Best top-1', 'fraction', ({ best }) => best?.main.top1),
  bestTop5: higher('Best top-5', 'fraction', ({ best }) => best?.main.top5),
  bestLoss: lower('Loss at best', 'loss', ({ best }) => best?.main.loss),
  bestEpoch: neutral('Best epoch', 'count', ({ best }) => best?.epoch),
  lastTop1: higher('Last top-1', 'fraction', ({ last }) => last?.main.top1),
  lastTop5: higher('Last top-5', 'fraction', ({ last }) => last?.main.top5),
  lastLoss: lower('Last loss', 'loss', ({ last }) => last?.main.loss),
  auxBestTop1: higher('Best aux top-1', 'fraction', ({ bestAuxTop1 }) => bestAuxTop1),
  auxLastTop1: higher('Last aux top-1', 'fraction', ({ last }) => last?.aux?.top1),
  auxLastLoss: lower('Last aux loss', 'loss', ({ last }) => last?.aux?.loss),
  trainLoss: lower('Training loss', 'loss', ({ trainLoss }) => trainLoss),
  stepLoss: lower('Loss of the last step', 'loss', ({ lastLoss }) => lastLoss),
  ...main,
  auxCleanTop1: aux.cleanTop1,
  auxCorruptionError: aux.corruptionError,
  auxMCE: aux.mCE,
  auxRelativeMCE: aux.relativeMCE,
  auxStylizedTop1: aux.stylizedTop1,
  auxCalibrationError: aux.calibrationError,
  errorBasis: text('Errors are', ({ evaluation }) => evaluation?.basis),
  evaluatedImages: neutral('Evaluated images', 'count', ({ evaluation }) => evaluation?.images),
  pointing: higher('Pointing game', 'fraction', ({ localisation }) => localisation?.main.pointing),
  energy: higher('Energy on object', 'fraction', ({ localisation }) => localisation?.main.energy),
  auxPointing: higher('Aux pointing game', 'fraction', ({ localisation }) => localisation?.aux?.pointing),
  auxEnergy: higher('Aux energy on object', 'fraction', ({ localisation }) => localisation?.aux?.energy),
  agreement: neutral('Agreement of maps', 'correlation', ({ localisation }) => localisation?.agreement),
  cost: lower('Cost', 'cost', ({ cost }) => cost?.total),
  epochCost: lower('Cost of an epoch', 'cost', ({ cost }) => cost?.epoch),
  time: lower('Time', 'duration', ({ seconds }) => seconds && seconds.training + seconds.validation),
  epochTime: lower(
    'Time of an epoch',
    'duration',
    ({ seconds, finishedEpochs }) => seconds && (seconds.training + seconds.validation) / finishedEpochs,
  ),
  speed: higher('Speed', 'speed', ({ imagesPerSecond }) => imagesPerSecond),
  remaining: neutral('Remaining', 'duration', ({ secondsLeft }) => secondsLeft),
  started: neutral('Started', 'moment', ({ startedAt }) => startedAt),
  updated: neutral('Updated', 'moment', ({ updatedAt }) => updatedAt),
  backend: text('Backend', ({ environment }) => environment?.backend),
  device: text('Device', ({ environment }) => environment?.device),
  host: text('Host', ({ environment }) => environment?.host),
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

export const metricNames = Object.keys(metrics) as readonly MetricName[];

export const metricColumn = (name: MetricName): Column => ({ name, ...metrics[name] });

/** A field of the experiment. @param path "optimizer.learningRate" */
export const settingColumn = (path: string): Column => ({
  name: path,
  title: path,
  kind: 'setting',
  value: ({ settings }) => settings[path],
});

/** The paths of all settings that some rows have, in the order of the experiment. */
export const settingPaths = (rows: readonly RunRow[]): string[] => [
  ...new Set(rows.flatMap(({ settings }) => Object.keys(settings))),
];
