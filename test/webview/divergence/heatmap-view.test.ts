// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { heatmapGeometry } from '../../../webview/divergence/heatmap-geometry';
import { type HeatmapContents, HeatmapView } from '../../../webview/divergence/heatmap-view';
import { networkLayout } from '../../../webview/divergence/network-layout';
import { colourScale } from '../../../webview/shared/colour-scale';
import type { CellPlace } from '../../../webview/shared/grid-keys';

const layers = ['bn1', 'layer1.0.bn1', 'layer1.0.bn2', 'layer2.0.bn1'];
const keys = [1, 2, 3, 4, 5];
/** Where the map is in the window. Cells are 40 × 20. */
const [left, top] = [100, 50];

const onSelect = vi.fn<(cell: CellPlace) => void>();
const onPoint = vi.fn<(cell: CellPlace | undefined, anchor?: DOMRect) => void>();
let view: HeatmapView;
let grid: HTMLElement;

const contents = (change: Partial<HeatmapContents> = {}): HeatmapContents => ({
  label: 'Symmetric KL of run',
  layout: networkLayout(layers),
  matrix: layers.map((_, row) => keys.map((key) => row + key / 10)),
  keys,
  keyName: 'epoch',
  geometry: heatmapGeometry({ width: 200, columns: keys.length, rows: layers.length }),
  scale: { kind: 'linear', from: 0, to: 4 },
  colours: colourScale('amount', '#000000'),
  formatValue: (value) => String(value),
  selected: undefined,
  theme: {} as HeatmapContents['theme'],
  ...change,
});

beforeEach(() => {
  onSelect.mockReset();
  onPoint.mockReset();
  view = new HeatmapView({ onSelect, onPoint });
  document.body.replaceChildren(view.element);
  grid = view.element.querySelector('.grid')!;
  grid.getBoundingClientRect = () => new DOMRect(left, top, 200, 80);
  view.update(contents());
});

const at = (type: string, x: number, y: number) =>
  grid.dispatchEvent(new MouseEvent(type, { clientX: left + x, clientY: top + y, bubbles: true }));
const press = (key: string, init: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  grid.querySelector('.cell')!.dispatchEvent(event);
  return event.defaultPrevented;
};
const said = () => grid.querySelector('.cell')!.getAttribute('aria-label');

describe('the mouse', () => {
  test('over a cell says which it is and where', () => {
    at('pointermove', 85, 21);
    expect(onPoint).toHaveBeenLastCalledWith({ row: 1, column: 2 }, expect.anything());
    const { x, y, width, height } = onPoint.mock.lastCall![1]!;
    expect({ x, y, width, height }).toEqual({ x: left + 80, y: top + 20, width: 40, height: 20 });
    at('pointermove', 0, 79);
    expect(onPoint).toHaveBeenLastCalledWith({ row: 3, column: 0 }, expect.anything());
  });

  test.each([
    [-1, 10],
    [10, -1],
    [200, 10],
    [10, 80],
  ])('beside the map (%i, %i) is on no cell, and a click there does nothing', (x, y) => {
    at('pointermove', x, y);
    expect(onPoint.mock.lastCall).toEqual([undefined]);
    at('click', x, y);
    expect(onSelect).not.toHaveBeenCalled();
    expect(said()).toBe('bn1, epoch 5: 0.5');
  });

  test('that leaves is on no cell any more', () => {
    at('pointermove', 10, 10);
    at('pointerleave', 10, 10);
    expect(onPoint.mock.lastCall).toEqual([undefined]);
  });

  test('click selects the cell, which the keyboard goes on from', () => {
    at('click', 199, 79);
    expect(onSelect.mock.calls).toEqual([[{ row: 3, column: 4 }]]);
    expect(document.activeElement).toBe(grid.querySelector('.cell'));
    expect(said()).toBe('layer2.0.bn1, epoch 5: 3.5');
    press('ArrowLeft');
    expect(said()).toBe('layer2.0.bn1, epoch 4: 3.4');
  });
});

describe('the keyboard', () => {
  test('begins at the newest column, follows it until it was moved, and then stays', () => {
    expect(said()).toBe('bn1, epoch 5: 0.5');
    view.update(contents({ keys: [1, 2, 3] }));
    expect(said()).toBe('bn1, epoch 3: 0.3');
    press('ArrowLeft');
    view.update(contents());
    expect(said()).toBe('bn1, epoch 2: 0.2');
  });

  test('moves from cell to cell, by stages and to the ends, and never out of the map', () => {
    const path = (...steps: (string | [string, KeyboardEventInit])[]) =>
      steps.map((step) => {
        const [key, init] = typeof step === 'string' ? [step, {}] : step;
        expect(press(key, init)).toBe(true);
        return said()!.split(':')[0];
      });
    expect(path('ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'ArrowLeft', 'End')).toEqual([
      'bn1, epoch 5',
      'bn1, epoch 5',
      'layer1.0.bn1, epoch 5',
      'layer1.0.bn1, epoch 1',
      'layer1.0.bn1, epoch 1',
      'layer1.0.bn1, epoch 5',
    ]);
    const ctrl = { ctrlKey: true };
    expect(path('PageDown', 'PageUp', ['End', ctrl], 'ArrowDown', ['Home', ctrl])).toEqual([
      'layer2.0.bn1, epoch 5',
      'layer1.0.bn1, epoch 5',
      'layer2.0.bn1, epoch 5',
      'layer2.0.bn1, epoch 5',
      'bn1, epoch 1',
    ]);
    expect(onPoint).toHaveBeenLastCalledWith({ row: 0, column: 0 }, expect.anything());
  });

  test('selects with Enter and Space; other keys are left alone', () => {
    expect([press('Enter'), press(' '), press('x')]).toEqual([true, true, false]);
    expect(onSelect.mock.calls).toEqual([[{ row: 0, column: 4 }], [{ row: 0, column: 4 }]]);
  });
});

test('screen readers are told how large the map is, where they are, and what is selected', () => {
  view.update(contents({ selected: { row: 2, column: 1 } }));
  expect([grid.getAttribute('aria-rowcount'), grid.getAttribute('aria-colcount')]).toEqual(['5', '6']);
  const cell = grid.querySelector('.cell')!;
  expect([cell.getAttribute('aria-colindex'), cell.getAttribute('aria-selected')]).toEqual(['3', 'true']);
  expect(cell.parentElement!.getAttribute('aria-rowindex')).toBe('4');
  press('ArrowDown');
  expect(grid.querySelector('.cell')!.getAttribute('aria-selected')).toBe('false');
});
