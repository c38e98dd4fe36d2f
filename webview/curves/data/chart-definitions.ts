import { type BranchMeasure, measureColumn } from '../../../common/panels/curves/curve-columns';
import type { ChartId, CurvesChoices } from '../../../common/panels/curves/curves-contract';
import type { PanelRun } from './panel-runs';
import { imagesPerSecond } from './throughput';
import { decimals, digits, learningRate, loss, share, type ValueFormat } from './value-formats';

/** Heights that a chart can be given, in CSS pixels. */
export const chartHeights = { min: 120, max: 1600 } as const;

export type LineChartId = Exclude<ChartId, 'scatter'>;

/** What a line shows. In a pair, aux is drawn dashed. */
export type LineKind = 'main' | 'aux' | 'total' | 'learning rate' | 'images/s' | 'agreement';

/** A metric of the runs: what it is called, how it is written, and where it comes from. */
export interface ChartDefinition extends ValueFormat {
  title: (choices: Pick<CurvesChoices, 'loss'>) => string;
  /** What there is a value for: each step, each validation, each look at the maps. */
  over: 'steps' | 'epochs' | 'localisation';
  /** The lines of a run; a column without entries is no line. */
  lines: (run: PanelRun, choices: Pick<CurvesChoices, 'loss'>) => readonly (readonly [LineKind, ArrayLike<number>])[];
  /** What is measured, in a sentence, where the title does not say it all. */
  describe?: (runs: readonly PanelRun[]) => string;
  /** What stands in a chart without lines, of runs that have begun. */
  emptyText?: string;
  /** Whether the lines are smoothed. */
  smooths?: boolean;
  /** The y axis begins at 0 by default. */
  fromZero?: boolean;
  /** The y axis spans at least this. */
  minSpan: number;
  /** The y axis ends here, unless a value is higher. */
  maxValue?: number;
  /** Lines rise as a run learns, so labels have room below them. */
  rises?: boolean;
}

const validation = {
  over: 'epochs',
  emptyText: 'No validation yet. The first comes at the end of an epoch.',
} as const satisfies Partial<ChartDefinition>;

/** A measure of the maps of each branch. @param counted the images that it is a mean over */
const ofBranches = (
  title: string,
  measure: BranchMeasure,
  counted: 'images' | 'withRegion',
  describe: (images: string) => string,
): Pick<ChartDefinition, 'title' | 'over' | 'lines' | 'describe'> => ({
  title: () => title,
  over: 'localisation',
  lines: ({ localisation }) =>
    measured([
      ['main', localisation[measureColumn('main', measure)]],
      ['aux', localisation[measureColumn('aux', measure)]],
    ]),
  describe: (runs) => describe(imageCount(runs, counted)),
});

/** A share in [0, 1] that is measured so. */
const shareOfBranches = (...measure: Parameters<typeof ofBranches>) =>
  ({ ...share, ...ofBranches(...measure), minSpan: 0.1, maxValue: 1 }) as const;

/** All metrics that have a chart of lines, in the order in which a new panel shows them. */
export const chartDefinitions: Readonly<Record<LineChartId, ChartDefinition>> = {
  loss: {
    ...loss,
    title: (choices) => (choices.loss === 'total' ? 'Training loss, total' : 'Training loss'),
    over: 'steps',
    lines: ({ steps }, choices) =>
      choices.loss === 'total'
        ? [['total', steps.total]]
        : [
            ['main', steps.main],
            ['aux', steps.aux],
          ],
    smooths: true,
    minSpan: 0.1,
  },
  top1: {
    ...share,
    ...validation,
    title: () => 'Validation top-1',
    lines: ({ epochs }) => [
      ['main', epochs.mainTop1],
      ['aux', epochs.auxTop1],
    ],
    minSpan: 0.1,
    rises: true,
  },
  'validation-loss': {
    ...loss,
    ...validation,
    title: () => 'Validation loss',
    lines: ({ epochs }) => [
      ['main', epochs.mainLoss],
      ['aux', epochs.auxLoss],
    ],
    minSpan: 0.1,
  },
  'learning-rate': {
    ...learningRate,
    title: () => 'Learning rate',
    over: 'steps',
    lines: ({ steps }) => [['learning rate', steps.learningRate]],
    fromZero: true,
    minSpan: 0,
  },
  pointing: {
    ...shareOfBranches(
      'Pointing game',
      'pointing',
      'withRegion',
      (images) => `How often the map’s maximum lies on the object, of ${images}.`,
    ),
    rises: true,
  },
  energy: {
    ...shareOfBranches(
      'Energy on the object',
      'energy',
      'withRegion',
      (images) => `Share of the map that lies on the object, mean of ${images}.`,
    ),
    rises: true,
  },
  area: shareOfBranches(
    'Area in focus',
    'area',
    'images',
    (images) => `Share of the image in focus, mean of ${images}.`,
  ),
  regions: {
    ...decimals(2),
    ...ofBranches(
      'Focus regions',
      'regions',
      'images',
      (images) => `Pieces that the focus falls into, mean of ${images}.`,
    ),
    minSpan: 0.5,
  },
  agreement: {
    ...decimals(3),
    title: () => 'Agreement of main and aux',
    over: 'localisation',
    lines: ({ localisation }) => measured([['agreement', localisation.agreement]]),
    describe: (runs) => `Rank correlation of the maps of main and aux, mean of ${imageCount(runs, 'images')}.`,
    minSpan: 0.1,
    maxValue: 1,
  },
  'images-per-second': {
    ...digits(3),
    title: () => 'Images per second',
    over: 'steps',
    lines: (run) => [['images/s', imagesPerSecond(run)]],
    emptyText: 'The runs do not say their batch size.',
    smooths: true,
    fromZero: true,
    minSpan: 0,
  },
};

export const lineChartIds = Object.keys(chartDefinitions) as readonly LineChartId[];

/** The charts in the order in which a new panel has them. */
export const chartIds: readonly ChartId[] = [
  ...lineChartIds.filter((id) => id !== 'images-per-second'),
  'scatter',
  'images-per-second',
];

/** What a chart is called in the list of charts. */
export function chartName(id: ChartId): string {
  return id === 'scatter' ? 'Metric against a setting' : chartDefinitions[id].title({ loss: 'branches' });
}

/** Whether a chart has something to show: that of a measure of maps is there only with records that have it. */
export function hasRecords(id: ChartId, runs: readonly PanelRun[]): boolean {
  if (id === 'scatter' || chartDefinitions[id].over !== 'localisation') return true;
  return runs.some((run) => chartDefinitions[id].lines(run, { loss: 'branches' }).length > 0);
}

/** The lines with a number at all: what cannot be measured is NaN throughout. */
function measured<Line extends readonly [LineKind, readonly number[]]>(lines: readonly Line[]): Line[] {
  return lines.filter(([, values]) => values.some(Number.isFinite));
}

/** "8 images", "6 to 8 images". */
function imageCount(runs: readonly PanelRun[], counted: 'images' | 'withRegion'): string {
  const counts = runs.flatMap(({ localisation }) => localisation[counted]).filter((count) => count > 0);
  const [min, max] = [Math.min(...counts), Math.max(...counts)];
  return min < max ? `${min} to ${max} images` : max === 1 ? 'one image' : `${max} images`;
}
