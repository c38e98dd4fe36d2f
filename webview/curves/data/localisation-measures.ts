import type { ChartId, LocalisationColumns, LocalisationMeasure } from '../../../common/panels/curves/curves-contract';
import type { PanelRun } from './panel-runs';

type ColumnName = Exclude<keyof LocalisationColumns, 'epoch' | 'step' | 'time' | 'images' | 'withRegion'>;

/** A line of a measure: of a branch, or of both. */
export interface MeasureLine {
  kind: 'main' | 'aux' | 'agreement';
  values: readonly number[];
}

interface MeasureDefinition {
  lines: readonly (readonly [kind: MeasureLine['kind'], column: ColumnName])[];
  /** The images that it is a mean over. */
  images: 'images' | 'withRegion';
  /** What is measured, in a sentence. */
  describe: (images: string) => string;
}

const ofBranches = <Measure extends 'Pointing' | 'Energy' | 'Area' | 'Regions'>(measure: Measure) =>
  [
    ['main', `main${measure}`],
    ['aux', `aux${measure}`],
  ] as const;

const definitions: Record<LocalisationMeasure, MeasureDefinition> = {
  pointing: {
    lines: ofBranches('Pointing'),
    images: 'withRegion',
    describe: (images) => `How often the map’s maximum lies on the object, of ${images}.`,
  },
  energy: {
    lines: ofBranches('Energy'),
    images: 'withRegion',
    describe: (images) => `Share of the map that lies on the object, mean of ${images}.`,
  },
  area: {
    lines: ofBranches('Area'),
    images: 'images',
    describe: (images) => `Share of the image in focus, mean of ${images}.`,
  },
  regions: {
    lines: ofBranches('Regions'),
    images: 'images',
    describe: (images) => `Pieces that the focus falls into, mean of ${images}.`,
  },
  agreement: {
    lines: [['agreement', 'agreement']],
    images: 'images',
    describe: (images) => `Rank correlation of the maps of main and aux, mean of ${images}.`,
  },
};

export const localisationMeasures = Object.keys(definitions) as readonly LocalisationMeasure[];

export function isLocalisationMeasure(chart: ChartId): chart is LocalisationMeasure {
  return Object.hasOwn(definitions, chart);
}

/** The lines of a measure that a run has: those with a number at all. */
export function measureLines({ localisation }: PanelRun, measure: LocalisationMeasure): MeasureLine[] {
  return definitions[measure].lines
    .map(([kind, column]) => ({ kind, values: localisation[column] }))
    .filter(({ values }) => values.some(Number.isFinite));
}

/** Whether a chart has something to show: that of a measure is there only with records that have it. */
export function hasRecords(chart: ChartId, runs: readonly PanelRun[]): boolean {
  return !isLocalisationMeasure(chart) || runs.some((run) => measureLines(run, chart).length > 0);
}

/** What a measure is, and over how many images. */
export function describeMeasure(measure: LocalisationMeasure, runs: readonly PanelRun[]): string {
  const { images, describe } = definitions[measure];
  const counts = runs.flatMap(({ localisation }) => localisation[images]).filter((count) => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return describe(least < most ? `${least} to ${most} images` : most === 1 ? 'one image' : `${most} images`);
}
