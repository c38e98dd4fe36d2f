import { describe, expect, test } from 'vitest';
import type { CamMaps } from '../../../common/panels/cam/cam-contract';
import {
  type CamColumn,
  cellOf,
  columnsOf,
  focusOfGrid,
  lacksMap,
  type MapSource,
  momentOf,
  rowsOf,
  sortedRows,
} from '../../../webview/cam/cam-table';
import { LoadedMaps } from '../../../webview/cam/loaded-maps';
import type { MapsState } from '../../../webview/cam/map-store';
import { camMaps, camRun } from './cam-fixture';

const ready = (...maps: CamMaps[]): MapsState => ({ state: 'ready', value: new LoadedMaps(maps) });
const choices = { epoch: null, now: null, difference: true, input: null };
const source = (maps: MapsState, now?: MapsState): MapSource => ({ get: () => maps, now: () => now });

describe('the table', () => {
  test('has a row for each image, whichever runs have it, and a column for each branch', () => {
    const runs = [
      camRun('first'),
      camRun('second', { branches: ['main'], images: [{ path: 'two' }, { path: 'three' }], epochs: [1] }),
      camRun('third', { dataset: 'shapes 2', images: [{ path: 'one' }] }),
    ];
    expect(rowsOf(runs).map(({ image, runKeys }) => [image.path, runKeys])).toEqual([
      ['one', ['first']],
      ['two', ['first', 'second']],
      ['three', ['second']],
      ['one', ['third']],
    ]);
    const columns = columnsOf(runs, choices, source({ state: 'loading' }));
    expect(columns.map(({ runKey, kind, epoch }) => `${runKey} ${kind} ${epoch}`)).toEqual([
      'first main 2',
      'first aux 2',
      'first difference 2',
      'second main 1',
      'third main 2',
      'third aux 2',
      'third difference 2',
    ]);
  });

  test('asks for the maps of the epoch and input that are shown', () => {
    const asked: unknown[] = [];
    const input = { corruption: 'fog', severity: 3 };
    const run = camRun('r', { epochs: [2], checkpoints: [1] });
    const ask: MapSource = {
      get: (place) => {
        asked.push(place);
        return { state: 'loading' };
      },
      now: () => undefined,
    };
    const [column] = columnsOf([run], { ...choices, epoch: 1, input }, ask);
    expect(asked).toEqual([{ runKey: 'r', epoch: 1, input }]);
    expect(column?.canCompute).toBe(true);
    expect(columnsOf([run], { ...choices, epoch: 7, input }, ask)[0]?.canCompute).toBe(false);
  });
});

describe('a cell', () => {
  const runs = [camRun('r')];
  const [one] = rowsOf(runs);
  const column = (maps: MapsState, kind: CamColumn['kind'] = 'main'): CamColumn => ({
    ...columnsOf(runs, choices, source(maps))[0]!,
    kind,
  });

  test('has a map, or main minus aux of the class that main shows', () => {
    const maps = ready(camMaps('r', 2));
    expect(cellOf(one!, column(maps), 'predicted')).toMatchObject({ state: 'map', explanation: { predicted: 0 } });
    expect(cellOf(one!, column(maps, 'difference'), 'predicted')).toMatchObject({
      state: 'difference',
      shown: 0,
      grid: { values: [-1, 1] },
    });
  });

  test('says why there is none', () => {
    const said = (maps: MapsState, shown: Parameters<typeof cellOf>[2] = 'predicted') => {
      const cell = cellOf(one!, column(maps), shown);
      return cell.state === 'message' ? cell.text : undefined;
    };
    expect(said({ state: 'loading' })).toBe('Loading…');
    expect(said({ state: 'failed', message: 'gone' })).toBe('No map after epoch 2.');
    expect(said({ state: 'computing', message: '', cancel: () => {} })).toBe('Being computed…');
    expect(said(ready(camMaps('r', 2)), { name: 'zebra' })).toBe('No class zebra here.');
    expect(said(ready({ ...camMaps('r', 2), images: [{ path: 'other' }, { path: 'two' }] }))).toBe(
      'No map of this image after epoch 2.',
    );
    const { main } = camMaps('r', 2).branches;
    const withoutAux = ready({ ...camMaps('r', 2), branches: { main: main! } });
    for (const [kind, text] of [
      ['main', undefined],
      ['aux', 'The checkpoint has no aux branch.'],
      ['difference', 'The checkpoint has no aux branch.'],
    ] as const) {
      const cell = cellOf(one!, column(withoutAux, kind), 'predicted');
      expect(cell.state === 'message' ? cell.text : undefined).toBe(text);
    }
    const foreign = { ...one!, runKeys: ['another'] };
    expect(cellOf(foreign, column(ready({ ...camMaps('r', 2), images: [] })), 'predicted')).toMatchObject({
      text: 'Not among the images of this run.',
    });
  });
});

describe('the state of this moment', () => {
  const runs = [camRun('r', { isLive: true }), camRun('over')];
  const columns = (now: MapsState | undefined) =>
    columnsOf(runs, { ...choices, epoch: 1, now: 'once' }, source(ready(camMaps('over', 2)), now));
  const moment = ready({ ...camMaps('r', 3), step: 37, images: [{ path: 'one' }] });

  test('stands in the columns of runs that can be asked; the others show their last epoch', () => {
    expect(columns(moment).map((column) => `${column.key}: ${momentOf(column)}`)).toEqual([
      'r main: now (step 37)',
      'r aux: now (step 37)',
      'r difference: now (step 37)',
      'over main: epoch 2',
      'over aux: epoch 2',
      'over difference: epoch 2',
    ]);
    expect(columns(undefined).map(momentOf)[0]).toBe('now');
    const [, ofEpoch] = columnsOf(runs, { ...choices, epoch: 1 }, source(moment, moment));
    expect(momentOf(ofEpoch!)).toBe('epoch 1');
  });

  test('has maps like an epoch, and words where there are none', () => {
    const [one, two] = rowsOf(runs);
    const said = (now: MapsState | undefined, row = one!) => {
      const cell = cellOf(row, columns(now)[0]!, 'predicted');
      return cell.state === 'message' ? cell.text : cell.state;
    };
    expect(said(moment)).toBe('map');
    expect(said(moment, two!)).toBe('No map of this image yet.');
    expect(said(undefined)).toBe('No map yet.');
    expect(said({ state: 'loading' })).toBe('Looking…');
    expect(said({ state: 'failed', message: 'training is over' })).toBe('The trainer gave no maps.');
    expect(columns(moment)[0]).toMatchObject({ canCompute: false, hasCheckpoint: false });
  });
});

test('an image that a run got later lacks a map in the epochs before, not in those of other runs', () => {
  const run = camRun('r', { images: [{ path: 'one' }, { path: 'new' }], checkpoints: [2] });
  const [first, later] = rowsOf([run]);
  const [column] = columnsOf([run], choices, source(ready(camMaps('r', 2))));
  expect(column?.hasCheckpoint).toBe(true);
  expect([lacksMap(first!, column!), lacksMap(later!, column!)]).toEqual([false, true]);
  expect(lacksMap({ ...later!, runKeys: ['other'] }, column!)).toBe(false);
});

describe('the order of the rows', () => {
  const runs = [camRun('r')];
  const columns = columnsOf(runs, choices, source(ready(camMaps('r', 2))));
  const order = (by: Parameters<typeof sortedRows>[2]) =>
    sortedRows(rowsOf(runs), columns, by, 'predicted').map(({ image }) => image.path);

  test('is as chosen, by confidence, by disagreement of the branches, by area of focus', () => {
    expect(order('chosen')).toEqual(['one', 'two']);
    // Through main 0.75 and 0.9.
    expect(order('confidence')).toEqual(['one', 'two']);
    // The maps of class a: [1, 2] against [2, 1], and [5, 6] against [5, 7].
    expect(order('disagreement')).toEqual(['one', 'two']);
    const turned = camMaps('r', 2);
    turned.branches.main = { ...turned.branches.main!, logits: [Math.log(9), 0, Math.log(3), 0] };
    const others = columnsOf(runs, choices, source(ready(turned)));
    const paths = sortedRows(rowsOf(runs), others, 'confidence', 'predicted').map(({ image }) => image.path);
    expect(paths).toEqual(['two', 'one']);
  });

  test('rows without a measure come last', () => {
    const some = columnsOf(
      runs,
      choices,
      source(ready({ ...camMaps('r', 2), images: [{ path: 'x' }, { path: 'two' }] })),
    );
    const paths = sortedRows(rowsOf(runs), some, 'focus', 'predicted').map(({ image }) => image.path);
    expect(paths).toEqual(['two', 'one']);
  });
});

test('the focus of a map is the share of the picture at half of its range or above', () => {
  expect(focusOfGrid({ values: [0, 0, 1, 0], height: 2, width: 2 }, 2)).toBe(0.25);
  expect(focusOfGrid({ values: [3, 3], height: 1, width: 2 }, 4)).toBe(0);
});
