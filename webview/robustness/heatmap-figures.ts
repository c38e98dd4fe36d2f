import type {
  RobustnessCell,
  RobustnessRun,
  RobustnessState,
} from '../../common/panels/robustness/robustness-contract';
import { colourScale } from '../shared/colour-scale';
import { differenceScale, valueScale } from '../shared/value-scale';
import type { Cell } from './heatmap-contents';
import type { FigureContents } from './heatmap-figure';
import { formatDifference, formatValue, measures, unitInWords } from './measures';
import { differenceMatrix, type FramedSources, type MatrixFrame, matrixFrame, matrixValues } from './robustness-matrix';
import type { RobustnessSource, SourceLooks } from './robustness-runs';

/** Of the difference's heatmap. Those of sources have the source's. */
export const differenceKey = 'difference';

type FigureChoices = Pick<RobustnessState, 'measure' | 'selection'>;

/** The sources side by side, on one scale: the heatmaps by their keys. @param runs that the sources are of */
export function sourceFigures(
  { sources, frame, matrices }: FramedSources,
  { measure, selection }: FigureChoices,
  { labelOf, styleOf, theme }: SourceLooks,
  runs: readonly RobustnessRun[],
): Map<string, FigureContents> {
  const { label, unit } = measures[measure];
  const scale = valueScale(
    'linear',
    matrices.flatMap((matrix) => [...matrixValues(matrix)]),
  );
  const colours = colourScale('amount', theme.background);
  const contents = sources.map((source, index): [string, FigureContents] => [
    source.key,
    {
      title: labelOf(source),
      description: describeEvaluation(source),
      caption: `${label}, ${unit}`,
      matrix: matrices[index]!,
      scale,
      colours,
      format: (value) => formatValue(value, unit),
      unit,
      selected: selectedCell(source, frame, selection),
      styles: [styleOf(source.header.runKey)],
      evaluations: runs.find(({ header }) => header === source.header)?.evaluations ?? [],
      shown: source.evaluation.name,
    },
  ]);
  return new Map(contents);
}

/** The first source minus the second: one heatmap. What is selected is the first's. */
export function differenceFigure(
  { sources, frame, matrices }: FramedSources,
  { measure, selection }: FigureChoices,
  { labelOf, styleOf, theme }: SourceLooks,
): Map<string, FigureContents> {
  const { label, unit } = measures[measure];
  const [first, second] = sources as [RobustnessSource, RobustnessSource];
  const matrix = differenceMatrix(matrices[0]!, matrices[1]!);
  const [one, other] = [labelOf(first), labelOf(second)];
  const words = unitInWords(unit, true);
  const contents: FigureContents = {
    title: `${one} − ${other}`,
    description: [...new Set([first, second].map(describeEvaluation))].join(' − '),
    caption: `${label}, ${one} minus ${other}, ${words}`,
    matrix,
    scale: differenceScale('linear', matrixValues(matrix)),
    colours: colourScale('difference', theme.background),
    format: (value) => formatDifference(value, unit),
    unit: words,
    selected: selectedCell(first, frame, selection),
    styles: [first, second].map(({ header }) => styleOf(header.runKey)),
    evaluations: [],
    shown: '',
  };
  return new Map([[differenceKey, contents]]);
}

/**
 * What a cell of a heatmap leads to: its corruption, and where images of it were evaluated, those; in a difference the first
 * source's. A cell of the mean, of clean or of stylized images has none.
 * @param shown all sources that are shown together
 */
export function placeOfCell(
  shown: readonly RobustnessSource[],
  key: string,
  { row, column }: Cell,
): { corruption: string; images: RobustnessCell | undefined } | undefined {
  const source = key === differenceKey ? shown[0] : shown.find((one) => one.key === key);
  const { corruptions, severities } = matrixFrame(shown);
  const corruption = corruptions[row]?.name;
  if (source === undefined || corruption === undefined) return undefined;
  const severity = typeof column === 'number' ? severities[column] : undefined;
  if (severity === undefined || source.measured.corruptions[corruption]?.[String(severity)] === undefined) {
    return { corruption, images: undefined };
  }
  const { header, evaluation, branch } = source;
  return { corruption, images: { runKey: header.runKey, evaluation: evaluation.name, branch, corruption, severity } };
}

/** "best, after epoch 9 · shapes, 16 px · 100 images · corrupted on the fly, strength cifar, seed 0". */
function describeEvaluation({ evaluation }: RobustnessSource): string {
  const { checkpoint, dataset, images, source } = evaluation;
  return [checkpoint, dataset, `${images} images`, source].filter((part) => part !== undefined).join(' · ');
}

function selectedCell(
  { header, evaluation, branch }: RobustnessSource,
  { corruptions, severities }: MatrixFrame,
  selection: RobustnessCell | undefined,
): Cell | undefined {
  if (selection === undefined || selection.runKey !== header.runKey || selection.branch !== branch) return undefined;
  if (selection.evaluation !== evaluation.name) return undefined;
  const row = corruptions.findIndex(({ name }) => name === selection.corruption);
  const column = severities.indexOf(selection.severity);
  return row < 0 || column < 0 ? undefined : { row, column };
}
