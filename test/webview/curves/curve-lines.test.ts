import { describe, expect, test } from 'vitest';
import { LinePreparation, stepRange, stepsPerEpoch } from '../../../webview/curves/curve-lines';
import type { PanelRun } from '../../../webview/curves/panel-runs';
import { panelRun } from './panel-run-fixture';

const options = { smoothing: 0.5, loss: 'branches', pixelColumns: 500 } as const;
const kinds = (lines: readonly { kind: string; runId: string }[]) => lines.map(({ runId, kind }) => `${runId} ${kind}`);

describe('LinePreparation', () => {
  const dual = panelRun({ runId: 'dual', main: [4, 2], aux: [5, 3], top1: [0.25, 0.5] });
  const single = panelRun({ runId: 'single', main: [3, 1] });

  test('main and aux are a pair; a run of one branch has one line', () => {
    const { loss, validation, learningRate } = new LinePreparation().prepare([dual, single], options);
    expect(kinds(loss)).toEqual(['dual main', 'dual aux', 'single main']);
    expect(kinds(validation)).toEqual(['dual main', 'dual aux']);
    expect(kinds(learningRate)).toEqual(['dual learning rate', 'single learning rate']);
  });

  test('the loss is smoothed with the raw line behind it; validation and learning rate are not', () => {
    const { loss, validation, learningRate } = new LinePreparation().prepare([dual], options);
    expect(loss[0]?.points.map(({ x, raw }) => [x, raw])).toEqual([
      [1, 4],
      [2, 2],
    ]);
    expect(loss[0]?.points[1]?.y).toBeCloseTo((0.5 * 4 + 2) / 1.5, 12);
    expect(loss[0]?.ghost).toEqual([
      { x: 1, y: 4 },
      { x: 2, y: 2 },
    ]);
    expect(validation[0]?.points.map(({ y }) => y)).toEqual([0.25, 0.5]);
    expect([validation[0]?.ghost, learningRate[0]?.ghost]).toEqual([[], []]);
    const raw = new LinePreparation().prepare([dual], { ...options, smoothing: 0 });
    expect(raw.loss[0]?.ghost).toEqual([]);
  });

  test('the total takes the place of the pair on request', () => {
    const { loss } = new LinePreparation().prepare([dual, single], { ...options, smoothing: 0, loss: 'total' });
    expect(kinds(loss)).toEqual(['dual total', 'single total']);
    expect(loss[0]?.points.map(({ y }) => y)).toEqual([9, 5]);
  });

  test('lines are kept until the run or a choice changes', () => {
    const preparation = new LinePreparation();
    const first = preparation.prepare([dual], options).loss[0];
    expect(preparation.prepare([dual], options).loss[0]).toBe(first);
    expect(preparation.prepare([dual], { ...options, smoothing: 0.7 }).loss[0]).not.toBe(first);
    const more: PanelRun = { ...dual, revision: dual.revision + 1 };
    expect(preparation.prepare([more], options).loss[0]).not.toBe(first);
  });
});

describe('axes', () => {
  test('the step axis spans the longest run', () => {
    const long = panelRun({ runId: 'long', main: [1, 1, 1, 1] });
    expect(stepRange([panelRun({ runId: 'short', main: [1] }), long])).toEqual([0, 4]);
    expect(stepRange([])).toEqual([0, 1]);
  });

  test('epochs are marked where the runs agree on their length', () => {
    const of = (totalSteps: number, totalEpochs: number): PanelRun => {
      const run = panelRun({ runId: `${totalSteps}/${totalEpochs}`, main: [1] });
      return { ...run, header: { ...run.header, totalSteps, totalEpochs } };
    };
    expect(stepsPerEpoch([of(100, 10), of(50, 5)])).toBe(10);
    expect(stepsPerEpoch([of(100, 10), of(0, 5)])).toBe(10);
    expect(stepsPerEpoch([of(100, 10), of(60, 5)])).toBeUndefined();
    expect(stepsPerEpoch([])).toBeUndefined();
  });
});
