import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pen } from '../../../../webview/shared/pen';
import { type PlotAxes, type PlotAxis, paintAxes, plotIn, ticksOf } from '../../../../webview/shared/plot/axes';
import { type PlotContents, plotDrawing } from '../../../../webview/shared/plot/plot-canvas';
import { SvgPen } from '../../../../webview/shared/svg-pen';
import type { Theme } from '../../../../webview/shared/theme';

const theme = {
  mutedForeground: '#444444',
  axisLine: '#888888',
  gridLine: '#dddddd',
  fontFamily: 'sans-serif',
  fontSize: 13,
} as Theme;
const axis = (scale: 'linear' | 'log', from: number, to: number, more: Partial<PlotAxis> = {}): PlotAxis => ({
  scale,
  range: [from, to],
  formatTick: (value) => String(Number(value.toPrecision(6))),
  ...more,
});
const newPen = (width: number) => new SvgPen(width, 200, (text) => text.length * 7);

function labelsIn(axes: PlotAxes, width: number): { text: string; x: number; y: number }[] {
  const pen = newPen(width);
  paintAxes(pen as unknown as Pen, axes, plotIn(axes, theme, { width, height: 200 }), theme);
  return [...pen.toString().matchAll(/<text x="([^"]*)" y="([^"]*)"[^>]*>([^<]*)</g)].map(([, x, y, text]) => ({
    text: text!,
    x: Number(x),
    y: Number(y),
  }));
}

describe('axes', () => {
  test('the ticks of a logarithmic axis are round, however far it reaches', () => {
    expect(ticksOf(axis('log', 0.0042, 0.0083), 6)).toEqual([0.005, 0.006, 0.007, 0.008]);
    expect(ticksOf(axis('log', 0.011, 4), 6)).toEqual([0.03, 0.1, 0.3, 1, 3]);
    expect(ticksOf(axis('log', 0.011, 1e4), 6)).toEqual([0.1, 1, 10, 100, 1000, 10000]);
  });

  test('labels on the x axis have room beside each other', () => {
    const width = fc.integer({ min: 120, max: 1600 });
    const from = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const factor = fc.double({ min: 1.01, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(width, from, factor, fc.constantFrom('linear' as const, 'log' as const), (wide, low, by, scale) => {
        const ticks = labelsIn({ x: axis(scale, low, low * by), y: axis('linear', 0, 1) }, wide)
          .filter(({ y }) => y > 185)
          .sort((a, b) => a.x - b.x);
        for (const [index, { x, text }] of ticks.entries()) {
          const next = ticks[index + 1];
          if (next !== undefined) expect(next.x - x).toBeGreaterThanOrEqual((text.length + next.text.length) * 3.5);
          expect(x + text.length * 3.5).toBeLessThanOrEqual(wide + 1);
        }
      }),
    );
  });

  test('own ticks, whole numbers, names and titles', () => {
    expect(ticksOf(axis('linear', 0, 2, { whole: true }), 6)).toEqual([0, 1, 2]);
    expect(ticksOf(axis('linear', 0, 9, { ticks: [0, 3, 6, 9] }), 2)).toEqual([0, 6]);
    const x = axis('linear', 0, 100, { name: 'step', title: 'training' });
    const top = axis('linear', 0, 10, { name: 'epoch' });
    const found = labelsIn({ x, top, y: axis('linear', 0, 1, { title: 'loss' }) }, 500);
    const at = (text: string) => found.find((label) => label.text === text);
    const [step, epoch, training, loss] = ['step', 'epoch', 'training', 'loss'].map(at);
    expect(step!.y).toBe(at('60')!.y);
    expect(epoch!.y).toBe(at('6')!.y);
    expect(epoch!.y).toBeLessThan(step!.y);
    expect(training!.y).toBeGreaterThan(step!.y);
    expect(loss!.y).toBeLessThan(epoch!.y);
  });

  test('a plot’s contents are cut off where it was zoomed, and else drawn over its border', () => {
    const clipOf = (cropped: PlotAxes['cropped']) => {
      const axes = { x: axis('linear', 0, 1), y: axis('linear', 0, 1), ...(cropped && { cropped }) };
      const contents: PlotContents = { axes, theme, paint: (pen) => pen.fillRect(0, 0, 1, 1) };
      const pen = newPen(300);
      plotDrawing(contents, { width: 300, height: 200 }).paint(pen as unknown as Pen);
      return /<clipPath id="clip1"><path d="M([\d.]+) /.exec(pen.toString())?.[1];
    };
    expect(clipOf({ x: true, y: false })).toBe('50');
    expect(clipOf(undefined)).toBe('41');
  });
});
