import type { CamClass, CamImage, CamInput, CamOrder, CamRun, CamState } from '../../common/panels/cam/cam-contract';
import { focusArea } from '../../common/panels/cam/picture/focus-area';
import { normalizeMap } from '../../common/panels/cam/picture/normalize-map';
import { rankCorrelation } from '../../common/panels/cam/picture/rank-correlation';
import { upsample } from '../../common/panels/cam/picture/upsample';
import { epochOf } from './cam-runs';
import { explanationIn, type Grid, type PanelExplanation } from './explanation';
import type { MapsState } from './map-store';

/** A column of the panel: a branch of a run, or how its branches differ. */
export interface CamColumn {
  key: string;
  /** In words: run and branch. */
  name: string;
  runKey: string;
  kind: 'main' | 'aux' | 'difference';
  /** undefined: there is none yet, or a moment is shown. */
  epoch: number | undefined;
  /** Whether the state of a moment is shown instead of an epoch. */
  isNow: boolean;
  /** Of the epoch or the moment; undefined where there is neither yet. */
  maps: MapsState | undefined;
  /** Whether they could be computed: there is a checkpoint, or was. */
  canCompute: boolean;
  /** Whether there is one for sure. */
  hasCheckpoint: boolean;
}

/** A row of the panel: an image. */
export interface CamRow {
  key: string;
  /** Equal for images of one data set. */
  dataset: string;
  image: CamImage;
  /** The runs that have it; the first one's picture is shown as the original. */
  runKeys: string[];
}

/** What stands in a cell. */
export type CamCell =
  | { state: 'message'; text: string }
  | { state: 'map'; explanation: PanelExplanation; classes: readonly string[] }
  /** main minus aux, for the class shown of main. */
  | { state: 'difference'; grid: Grid; shown: number; classes: readonly string[] };

/** The images of all runs, each once, in the order in which the first run chose them. */
export function rowsOf(runs: readonly CamRun[]): CamRow[] {
  const rows = new Map<string, CamRow>();
  for (const { header, dataset, images } of runs) {
    for (const image of images) {
      const key = JSON.stringify([dataset, image.path]);
      const row = rows.get(key);
      if (row === undefined) rows.set(key, { key, dataset, image, runKeys: [header.runKey] });
      else row.runKeys.push(header.runKey);
    }
  }
  return [...rows.values()];
}

/** Paths of the images that maps of a run are computed of: its own, or else those that other runs have of its data set. */
export function imagesToCompute(rows: readonly CamRow[], run: CamRun | undefined): string[] {
  if (run === undefined) return [];
  const own = rows.filter(({ runKeys }) => runKeys.includes(run.header.runKey));
  const found = own.length > 0 ? own : rows.filter(({ dataset }) => dataset === run.dataset);
  return found.map(({ image }) => image.path);
}

/** Where the columns' maps come from. */
export interface MapSource {
  /** Asks for the maps of a place. */
  get(place: { runKey: string; epoch: number; input?: CamInput }): MapsState;
  /** The maps of the moment that was asked for last. */
  now(runKey: string): MapsState | undefined;
}

/** The columns beside the originals. With `now`, runs that cannot be asked any more show their last epoch. */
export function columnsOf(
  runs: readonly CamRun[],
  { epoch: wanted, now, difference, input }: Pick<CamState, 'epoch' | 'now' | 'difference' | 'input'>,
  source: MapSource,
): CamColumn[] {
  return runs.flatMap((run) => {
    const { runKey, label, isGone = false } = run.header;
    const isNow = now !== null && run.isLive === true;
    const epoch = isNow ? undefined : epochOf(run, now === null ? wanted : null);
    const isStored = epoch !== undefined && run.epochs.includes(epoch);
    const hasCheckpoint = !isGone && epoch !== undefined && run.checkpoints.includes(epoch);
    const ofEpoch = epoch === undefined ? undefined : source.get({ runKey, epoch, ...(input && { input }) });
    const maps = isNow ? source.now(runKey) : ofEpoch;
    const hasImages = runs.some(({ dataset, images }) => dataset === run.dataset && images.length > 0);
    const canCompute = hasImages && !isGone && (hasCheckpoint || isStored);
    const kinds: CamColumn['kind'][] = [
      ...run.branches,
      ...(difference && run.branches.length > 1 ? ['difference' as const] : []),
    ];
    const common = { runKey, epoch, isNow, maps, canCompute, hasCheckpoint };
    return kinds.map((kind) => ({ key: columnKey(runKey, kind), name: `${label} ${kind}`, kind, ...common }));
  });
}

const columnKey = (runKey: string, kind: CamColumn['kind']): string => `${runKey} ${kind}`;

/** What a column shows, in words: "epoch 3" or "now (step 120)"; nothing where there is no epoch yet. */
export function momentOf({ epoch, isNow, maps }: Pick<CamColumn, 'epoch' | 'isNow' | 'maps'>): string {
  if (!isNow) return epoch === undefined ? '' : `epoch ${epoch}`;
  const step = maps?.state === 'ready' ? maps.value.step : undefined;
  return step === undefined ? 'now' : `now (step ${step})`;
}

/** Whether an image of a column's run has no map although the others have. */
export const lacksMap = ({ image, runKeys }: CamRow, { runKey, maps }: CamColumn): boolean =>
  runKeys.includes(runKey) && maps?.state === 'ready' && maps.value.find(image.path) === undefined;

export function cellOf(row: CamRow, column: CamColumn, shownClass: CamClass): CamCell {
  const { image } = row;
  const { kind, epoch, isNow, maps } = column;
  const message = (text: string): CamCell => ({ state: 'message', text });
  if (maps === undefined) return message('No map yet.');
  switch (maps.state) {
    case 'loading':
      return message(isNow ? 'Looking…' : 'Loading…');
    case 'computing':
      return message('Being computed…');
    case 'failed':
      return message(isNow ? 'The trainer gave no maps.' : `No map after epoch ${epoch}.`);
    case 'ready':
      break;
  }
  const found = maps.value.find(image.path);
  if (found === undefined) {
    if (!lacksMap(row, column)) return message('Not among the images of this run.');
    return message(isNow ? 'No map of this image yet.' : `No map of this image after epoch ${epoch}.`);
  }
  const { classes } = found.maps;
  // Maps were computed from one that lacks what its run has.
  if (kind !== 'main' && found.maps.branches.aux === undefined) return message('The checkpoint has no aux branch.');
  const explanation = explanationIn(found.maps, kind === 'aux' ? 'aux' : 'main', found.image, shownClass);
  if (explanation === undefined) return message(`The maps have no branch ${kind}.`);
  const { shown, grid } = explanation;
  if (shown === undefined) return message(`No class ${typeof shownClass === 'object' ? shownClass.name : ''} here.`);
  if (grid === undefined) return message('The map of this class was not kept.');
  if (kind !== 'difference') return { state: 'map', explanation, classes };
  const aux = explanationIn(found.maps, 'aux', found.image, { name: classes[shown] ?? '' })?.grid;
  if (aux === undefined) return message('Aux has no map of this class.');
  const values = Array.from(grid.values, (value, i) => value - aux.values[i]!);
  return { state: 'difference', grid: { ...grid, values }, shown, classes };
}

/** Rank correlation of the maps of main and aux of the same run for a row's class; undefined where there is none. */
function agreement(row: CamRow, columns: readonly CamColumn[], shownClass: CamClass): number | undefined {
  const found: number[] = [];
  for (const column of columns) {
    if (column.kind !== 'aux') continue;
    const main = columns.find(({ runKey, kind }) => runKey === column.runKey && kind === 'main');
    const first = main && cellOf(row, main, shownClass);
    if (first?.state !== 'map') continue;
    const { explanation, classes } = first;
    const second = cellOf(row, column, { name: classes[explanation.shown!] ?? '' });
    if (second.state !== 'map') continue;
    found.push(rankCorrelation(explanation.grid!.values, second.explanation.grid!.values));
  }
  const finite = found.filter(Number.isFinite);
  return finite.length === 0 ? undefined : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** Share of the picture in focus. @param size of the picture */
export function focusOfGrid({ values, height, width }: Grid, size: number): number {
  return focusArea(upsample(normalizeMap(values), height, width, size, size));
}

/** Pixels a side that areas of focus are measured at where nothing else is known. */
const focusSide = 64;

/** The rows in the selected order; those without a measure come last. */
export function sortedRows(
  rows: readonly CamRow[],
  columns: readonly CamColumn[],
  order: CamOrder,
  shownClass: CamClass,
): CamRow[] {
  if (order === 'chosen') return [...rows];
  const first = columns.find(({ kind }) => kind !== 'difference');
  const measure = (row: CamRow): number | undefined => {
    if (order === 'disagreement') return agreement(row, columns, shownClass);
    const cell = first && cellOf(row, first, shownClass);
    if (cell?.state !== 'map') return undefined;
    const { explanation } = cell;
    return order === 'confidence'
      ? explanation.probabilities[explanation.predicted]
      : focusOfGrid(explanation.grid!, focusSide);
  };
  const measured = rows.map((row) => ({ row, value: measure(row) ?? Number.POSITIVE_INFINITY }));
  return measured.sort((a, b) => (a.value === b.value ? 0 : a.value - b.value)).map(({ row }) => row);
}
