import type { DivergenceState } from '../../common/panels/divergence/divergence-contract';
import type { CellPlace } from '../shared/grid-keys';
import { stateWord } from '../shared/run-labels';
import { differenceScale, type ValueScale, valueScale } from '../shared/value-scale';
import { differenceMatrix, type Matrix, runMatrix } from './comparison';
import { columnKeys, keyOf, type PanelDivergence, shownRecords } from './divergence-runs';
import { formatMeasure, formatWithUnit, measures } from './measures';
import { runNotice } from './run-notice';

/** One of the figures beside each other: a run's heatmap, the difference of two, or words in a heatmap's place. */
export interface MapFigure {
  /** The run's key, or "difference". */
  key: string;
  name: string;
  description: string;
  /** Undefined for the difference, which is no run's. */
  styleOf: string | undefined;
  contents: { label: string; matrix: Matrix; selected: CellPlace | undefined } | string;
}

/** Everything that the heatmaps show together, on one scale and with the same columns. */
export interface MapFigures {
  kind: 'amount' | 'difference';
  scale: ValueScale;
  /** The epoch or step of each column. */
  keys: number[];
  keyName: 'epoch' | 'step';
  legendTitle: string;
  formatValue: (value: number | undefined) => string;
  /** Figures of one network share its drawing; what has no heatmap stands beside the first network. */
  groups: { layers: readonly string[]; figures: MapFigure[] }[];
}

export type MapOptions = Pick<DivergenceState, 'measure' | 'scale' | 'columns' | 'selection'>;

/** The runs side by side. */
export function runFigures(
  runs: readonly PanelDivergence[],
  choices: MapOptions,
  labelOf: (runKey: string) => string,
): MapFigures {
  const { measure, columns } = choices;
  const { label, unit } = measures[measure];
  const keys = columnKeys(runs, columns);
  const keyName = keyNameOf(columns);
  const matrices = new Map(runs.map((run) => [run, runMatrix(run, measure, columns, keys)]));
  const hasMap = (run: PanelDivergence) => shownRecords(run, columns).length > 0;
  const firstLayers = runs.find(hasMap)?.layers ?? [];
  const groups: MapFigures['groups'] = [];
  // Beside the drawing of the network stand the heatmaps, then the words.
  const inOrder = [...runs.filter(hasMap), ...runs.filter((run) => !hasMap(run))];
  for (const run of inOrder) {
    const { header } = run;
    const layers = hasMap(run) ? run.layers : firstLayers;
    const matrix = matrices.get(run)!;
    const name = labelOf(header.runKey);
    const group = groups.find((one) => one.layers.join() === layers.join()) ?? { layers, figures: [] };
    if (group.figures.length === 0) groups.push(group);
    group.figures.push({
      key: header.runKey,
      name,
      description: `${header.description} · ${stateWord(header)}`,
      styleOf: header.runKey,
      contents: hasMap(run)
        ? { label: `${label} of ${name} by layer and ${keyName}`, matrix, selected: selectedCell(run, choices, keys) }
        : (runNotice(run) ?? 'No records within epochs.'),
    });
  }
  return {
    kind: 'amount',
    scale: valueScale(choices.scale, present([...matrices.values()])),
    keys,
    keyName,
    legendTitle: unit === '' ? label : `${label}, ${unit}`,
    formatValue: (value) => (value === undefined ? 'no record' : formatWithUnit(value, measure)),
    groups,
  };
}

/** The first run minus the second, or on a log scale their factor. */
export function differenceFigure(
  [first, second]: readonly [PanelDivergence, PanelDivergence],
  choices: MapOptions,
  labelOf: (runKey: string) => string,
): MapFigures {
  const { measure, columns, scale } = choices;
  const { label, unit } = measures[measure];
  const keys = columnKeys([first, second], columns);
  const keyName = keyNameOf(columns);
  const [a, b] = [first, second].map((run) => runMatrix(run, measure, columns, keys)) as [Matrix, Matrix];
  const matrix = differenceMatrix(a, b, scale);
  const isFactor = scale === 'log';
  const [nameA, nameB] = [first, second].map(({ header }) => labelOf(header.runKey));
  const legendTitle = isFactor
    ? `${label}: ${nameA} over ${nameB}, factor`
    : `${label}${unit === '' ? '' : `, ${unit}`}: ${nameA} minus ${nameB}`;
  const selected = [first, second]
    .filter(({ header }) => header.runKey === choices.selection?.runKey)
    .map((run) => selectedCell(run, choices, keys))[0];
  const figure: MapFigure = {
    key: 'difference',
    name: `${nameA} ${isFactor ? '/' : '−'} ${nameB}`,
    description: isFactor ? 'factor between the runs, 1 where they agree' : 'difference of the runs',
    styleOf: undefined,
    contents: { label: `${legendTitle} by layer and ${keyName}`, matrix, selected },
  };
  const withUnit = (value: number) => (isFactor ? `factor ${formatMeasure(value)}` : formatWithUnit(value, measure));
  return {
    kind: 'difference',
    scale: differenceScale(scale, present([matrix])),
    keys,
    keyName,
    legendTitle,
    formatValue: (value) => (value === undefined ? 'no record' : withUnit(value)),
    groups: [{ layers: first.layers, figures: [figure] }],
  };
}

/**
 * The layer and epoch that a cell leads to. Channels are kept at the ends of epochs: a step within one leads to the end of its
 * epoch or, in an epoch that has not ended, to the last that has.
 */
export function placeOfCell(
  run: PanelDivergence,
  columns: MapOptions['columns'],
  keys: readonly number[],
  { row, column }: CellPlace,
): DivergenceState['selection'] {
  const wanted = keys[column];
  const layer = run.layers[row];
  const ends = shownRecords(run, 'epochs');
  const record = ends.find((end) => wanted !== undefined && keyOf(end, columns) >= wanted) ?? ends.at(-1);
  return record === undefined || layer === undefined
    ? undefined
    : { runKey: run.header.runKey, layer, epoch: record.epoch };
}

const keyNameOf = (columns: MapOptions['columns']): MapFigures['keyName'] => (columns === 'steps' ? 'step' : 'epoch');

function selectedCell(
  run: PanelDivergence,
  { selection, columns }: MapOptions,
  keys: readonly number[],
): CellPlace | undefined {
  if (selection?.runKey !== run.header.runKey) return undefined;
  const record = shownRecords(run, 'epochs').find(({ epoch }) => epoch === selection.epoch);
  if (record === undefined) return undefined;
  const cell = { row: run.layers.indexOf(selection.layer), column: keys.indexOf(keyOf(record, columns)) };
  return cell.row < 0 || cell.column < 0 ? undefined : cell;
}

const present = (matrices: readonly Matrix[]): number[] =>
  matrices.flat(2).filter((value): value is number => value !== undefined);
