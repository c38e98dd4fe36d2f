import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cellAt,
  cellRectangle,
  heatmapGeometry,
  labelledColumns,
  rowHeight,
  runsPerRow,
} from '../../../webview/divergence/heatmap-geometry';

const sizes = fc.record({
  width: fc.integer({ min: 60, max: 3000 }),
  columns: fc.integer({ min: 1, max: 500 }),
  rows: fc.integer({ min: 1, max: 160 }),
});

describe('where cells are', () => {
  test('neighbours meet on the pixel grid, and the whole fits the width', () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 1.5, 2), (size, ratio) => {
        const geometry = heatmapGeometry(size);
        expect(geometry.mapWidth).toBeLessThanOrEqual(size.width + 1e-9);
        const column = Math.floor(size.columns / 2);
        const before = cellRectangle(geometry, 0, column, ratio);
        const after = cellRectangle(geometry, 0, column + 1, ratio);
        expect(before.x + before.width).toBeCloseTo(after.x, 9);
        expect((before.x * ratio) % 1).toBeCloseTo(0, 6);
      }),
    );
  });

  test('the middle of every cell is that cell', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, a, b) => {
        const geometry = heatmapGeometry(size);
        const [row, column] = [a % size.rows, b % size.columns];
        const x = (column + 0.5) * geometry.cellWidth;
        const y = (row + 0.5) * geometry.rowHeight;
        expect(cellAt(geometry, x, y)).toEqual({ row, column });
      }),
    );
    const geometry = heatmapGeometry({ width: 100, columns: 2, rows: 1 });
    for (const [x, y] of [
      [-1, 5],
      [99, 5],
      [5, 20],
    ])
      expect(cellAt(geometry, x!, y!)).toBeUndefined();
    expect(cellAt(heatmapGeometry({ width: 100, columns: 0, rows: 3 }), 5, 5)).toBeUndefined();
  });

  test('a few epochs make no slabs, and 53 layers fit a screen', () => {
    expect(heatmapGeometry({ width: 1000, columns: 2, rows: 5 }).cellWidth).toBeLessThan(60);
    expect(rowHeight(53) * 53).toBeLessThan(720);
  });

  test('labels do not touch, and are round numbers', () => {
    const epochs = Array.from({ length: 90 }, (_, index) => index + 1);
    expect(labelledColumns(epochs, 6, 25)).toEqual([0, ...Array.from({ length: 17 }, (_, index) => 9 + 5 * index)]);
    fc.assert(
      fc.property(sizes, ({ columns, width }) => {
        const keys = Array.from({ length: columns }, (_, index) => (index + 1) * 25);
        const { cellWidth } = heatmapGeometry({ width, columns, rows: 1 });
        const labelled = labelledColumns(keys, cellWidth, 30);
        expect(labelled[0]).toBe(0);
        for (const [index, column] of labelled.slice(1).entries()) {
          expect((column - labelled[index]!) * cellWidth).toBeGreaterThanOrEqual(30 - 1e-6);
        }
      }),
    );
    expect(labelledColumns([], 0, 30)).toEqual([]);
  });

  test('runs stand beside each other where they fit', () => {
    expect(runsPerRow(1280, 2, 136, 190, 16)).toBe(2);
    expect(runsPerRow(1280, 20, 136, 190, 16)).toBe(5);
    expect(runsPerRow(340, 3, 136, 190, 16)).toBe(1);
    expect(runsPerRow(10, 3, 136, 190, 16)).toBe(1);
  });
});
