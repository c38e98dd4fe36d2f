import { describe, expect, test } from 'vitest';
import type { CurveSeries } from '../../../../webview/curves/lines/curve-series';
import { tooltipRows } from '../../../../webview/curves/lines/tooltip-rows';
import { restoreState } from '../../../../webview/curves/panel-state';
import { tooltipContents } from '../../../../webview/curves/text/tooltip-text';
import { panelRun } from '../panel-run-fixture';

const line = (runKey: string, y: number[], x = y.map((_, index) => index + 1)): CurveSeries => ({
  runKey,
  kind: 'main',
  x,
  y,
  raw: y.map((value) => value + 1),
  step: x,
  time: x.map((step) => step * 1000),
});
const order = (rows: readonly { series: CurveSeries }[]) => rows.map(({ series }) => series.runKey).join('');
const far = (x: number) => (at: number) => Math.abs(at - x) * 10;

describe('one tooltip across runs', () => {
  const lines = [line('a', [5, 5, 5]), line('b', [1, 1, 1]), line('c', [Number.NaN, Number.NaN, 3])];

  test('by nearness to the pointer, or by value; NaN last', () => {
    expect(order(tooltipRows(lines, 2, 1.5, 'nearest', far(2)))).toBe('bac');
    expect(order(tooltipRows(lines, 2, 4.5, 'nearest', far(2)))).toBe('abc');
    expect(order(tooltipRows(lines, 3, 0, 'highest', far(3)))).toBe('acb');
    expect(order(tooltipRows(lines, 3, 0, 'lowest', far(3)))).toBe('bca');
    expect(order(tooltipRows(lines, 3, undefined, 'nearest', far(3)))).toBe('acb');
  });

  test('a row has the smoothed and the raw value, step and time of the nearest point', () => {
    const [row] = tooltipRows([line('a', [5, 6, 7])], 2.2, 6, 'nearest', far(2.2));
    expect(row).toMatchObject({ index: 1, x: 2, value: 6, raw: 7, step: 2, time: 2000 });
  });

  test('a line that has ended is not there', () => {
    expect(order(tooltipRows([line('a', [1]), line('b', [1, 1, 1, 1, 1])], 5, 1, 'nearest', far(5)))).toBe('b');
    expect(tooltipRows([line('a', [])], 5, 1, 'nearest', far(5))).toEqual([]);
  });

  test('in words: what the place is, a line a row, and what did not fit', () => {
    const runs = [panelRun({ runKey: 'a', main: [1] })];
    const context = {
      state: restoreState(undefined),
      runs,
      labelOf: (runKey: string) => `run ${runKey}`,
    };
    const many = Array.from({ length: 16 }, (_, index) => line(index === 0 ? 'a' : `a${index}`, [5, 6]));
    const rows = tooltipRows(many, 2, 6, 'nearest', far(2));
    const { title, headings, lines: shown, more, spoken } = tooltipContents(rows, 2, context, String);
    expect(title).toBe('step 2 · epoch 2');
    expect(headings).toEqual(['smoothed', 'raw', 'step', 'time']);
    expect(shown[0]).toMatchObject({ label: 'run a main', cells: ['6', '7', '2', '2 s'] });
    expect([shown.length, more]).toEqual([14, 'and 2 more']);
    expect(spoken.startsWith('step 2 · epoch 2; run a main 6')).toBe(true);
  });
});
