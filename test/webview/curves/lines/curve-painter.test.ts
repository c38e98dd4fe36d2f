import { describe, expect, test } from 'vitest';
import { type CurvePicture, paintCurves } from '../../../../webview/curves/lines/curve-painter';
import type { CurveSeries } from '../../../../webview/curves/lines/curve-series';
import { DrawnLine } from '../../../../webview/curves/lines/drawn-line';
import type { Pen } from '../../../../webview/shared/pen';
import { SvgPen } from '../../../../webview/shared/svg-pen';
import type { Theme } from '../../../../webview/shared/theme';

const theme = {
  background: '#ffffff',
  foreground: '#000000',
  mutedForeground: '#444444',
  axisLine: '#888888',
  fontFamily: 'sans-serif',
  fontSize: 13,
  highContrast: false,
} as Theme;
const plot = {
  area: { left: 0, right: 100, top: 0, bottom: 100 },
  x: (value: number) => value * 10,
  y: (value: number) => 100 - value * 10,
};
const line = (runKey: string, kind: CurveSeries['kind'], y: number[], extra: Partial<CurveSeries> = {}): DrawnLine => {
  const x = y.map((_, index) => index);
  const series: CurveSeries = { runKey, kind, x, y, raw: y, step: x, time: x, ...extra };
  return new DrawnLine(series, [0, x.length], 'linear', 1000);
};

function svgOf(picture: Partial<CurvePicture>): string {
  const pen = new SvgPen(100, 100, (text) => text.length * 6);
  paintCurves(pen as unknown as Pen, plot, {
    lines: [],
    styleOf: () => ({ colour: '#0000ff', marker: 'circle' }),
    shadeGap: false,
    restarts: [],
    learningRates: [],
    checkpoints: [],
    labelsBelow: false,
    theme,
    ...picture,
  });
  return pen.toString();
}

describe('paintCurves', () => {
  test('aux is dashed, main is not, and a value that is not finite is a gap', () => {
    const svg = svgOf({ lines: [line('a', 'main', [1, Number.NaN, 2, 3]), line('a', 'aux', [4, 4, 4, 4])] });
    expect(svg).toContain('d="M0 90M20 80L30 70" fill="none" stroke="#0000ff" stroke-width="2"');
    expect(svg).toContain('stroke-dasharray="6 4"');
  });

  test('the gap between main and aux is shaded on request, as far as both go', () => {
    const lines = [line('a', 'main', [1, 1, 1]), line('a', 'aux', [3, 3])];
    const shade = 'd="M0 90L10 90L10 70L0 70Z" fill="rgba(0, 0, 255, 0.1)"';
    expect(svgOf({ lines, shadeGap: true })).toContain(shade);
    expect(svgOf({ lines, shadeGap: false })).not.toContain(shade);
    expect(svgOf({ lines: [lines[0]!, line('b', 'aux', [3, 3])], shadeGap: true })).not.toContain('0.1)');
  });

  test('a mean has its band', () => {
    const band = { low: new Float64Array([1, 1]), high: new Float64Array([3, 3]) };
    expect(svgOf({ lines: [line('a', 'main', [2, 2], { band })] })).toContain('d="M0 70L10 70L10 90L0 90Z"');
  });

  test('restarts, learning-rate steps and checkpoints are marked where they are in view', () => {
    const mark = { step: 1, runKeys: ['a'] };
    const svg = svgOf({
      restarts: [{ ...mark, x: 2, label: 'resumed' }],
      learningRates: [
        { ...mark, x: 3, label: '0.01' },
        { ...mark, x: 30, label: '0.001' },
      ],
      checkpoints: [
        { runKey: 'a', epoch: 1, x: 5, y: 5, best: true },
        { runKey: 'a', epoch: 2, x: 6, y: 5, best: false },
      ],
    });
    expect(svg).toContain('M20 90L28 95L20 100Z');
    expect(svg).toContain('>lr 0.01</text>');
    expect(svg).not.toContain('lr 0.001');
    expect(svg).toContain('M50 42L');
    expect(svg).toContain('M54.5 50a5.5 5.5');
  });

  test('of many lines some may have nothing in view', () => {
    const lines = Array.from({ length: 13 }, (_, index) => line(`run ${index}`, 'main', index === 0 ? [] : [1, 2]));
    expect(svgOf({ lines })).toContain('<path');
  });

  test('a few long lines are told apart by a few markers each, none at the place of another', () => {
    const long = Array.from({ length: 200 }, () => 1);
    const view = { ...plot, x: (value: number) => value / 2 };
    const pen = new SvgPen(100, 100, () => 0);
    paintCurves(pen as unknown as Pen, view, {
      lines: [line('a', 'main', long), line('b', 'main', long)],
      styleOf: (runKey) => ({ colour: runKey === 'a' ? '#ff0000' : '#0000ff', marker: 'circle' }),
      shadeGap: false,
      restarts: [],
      learningRates: [],
      checkpoints: [],
      labelsBelow: false,
      theme,
    });
    const places = [...pen.toString().matchAll(/d="M(\S+) \S+a3\.5 .*? fill="#/g)].map(([, x]) => x);
    expect(places.length).toBe(10);
    expect(new Set(places).size).toBe(10);
  });
});
