import { describe, expect, test } from 'vitest';
import { visibleIndices } from '../../../../webview/curves/data/downsampling';
import { groupBySeed } from '../../../../webview/curves/data/seed-groups';
import { imagesPerSecond } from '../../../../webview/curves/data/throughput';
import { SeriesPreparation } from '../../../../webview/curves/lines/curve-series';
import { ViewPreparation } from '../../../../webview/curves/lines/drawn-line';
import { panelRun } from '../panel-run-fixture';

const options = { smoothing: 0.5, loss: 'branches', xAxis: 'step' } as const;
const dual = panelRun({ runKey: 'dual', main: [4, 2], aux: [5, 3], top1: [0.25, 0.5] });
const single = panelRun({ runKey: 'single', main: [3, 1] });
const alone = (...runs: (typeof dual)[]) => runs.map((run) => ({ runKey: run.header.runKey, runs: [run], label: '' }));
const kinds = (series: readonly { kind: string; runKey: string }[]) =>
  series.map(({ runKey, kind }) => `${runKey} ${kind}`);

describe('SeriesPreparation', () => {
  test('main and aux are a pair; a run of one branch has one line', () => {
    const preparation = new SeriesPreparation();
    const of = (chart: Parameters<SeriesPreparation['prepare']>[0]) =>
      kinds(preparation.prepare(chart, alone(dual, single), options));
    expect(of('loss')).toEqual(['dual main', 'dual aux', 'single main']);
    expect(of('top1')).toEqual(['dual main', 'dual aux']);
    expect(of('validation-loss')).toEqual(['dual main', 'dual aux']);
    expect(of('learning-rate')).toEqual(['dual learning rate', 'single learning rate']);
  });

  test('measures of localisation are pairs over their own epochs; agreement is one line; what was never measured is none', () => {
    const run = panelRun({
      runKey: 'looked',
      main: [4, 3, 2, 1],
      aux: [4, 3, 2, 1],
      localisation: {
        epoch: [1, 2],
        step: [2, 4],
        time: [20, 40],
        mainEnergy: [Number.NaN, 0.3],
        auxEnergy: [0.2, 0.25],
        mainArea: [0.5, 0.4],
        agreement: [0.9, -0.1],
      },
    });
    const of = (chart: Parameters<SeriesPreparation['prepare']>[0]) =>
      new SeriesPreparation().prepare(chart, alone(run, single), options);
    expect(kinds(of('energy'))).toEqual(['looked main', 'looked aux']);
    expect(of('energy').map(({ x, y, raw, step, time }) => [x, y, raw, step, time])).toEqual([
      [
        [2, 4],
        [Number.NaN, 0.3],
        [Number.NaN, 0.3],
        [2, 4],
        [20, 40],
      ],
      [
        [2, 4],
        [0.2, 0.25],
        [0.2, 0.25],
        [2, 4],
        [20, 40],
      ],
    ]);
    expect(kinds(of('area'))).toEqual(['looked main']);
    expect(kinds(of('agreement'))).toEqual(['looked agreement']);
    expect(of('pointing')).toEqual([]);
  });

  test('the loss is smoothed with the raw line kept; validation and learning rate are not', () => {
    const preparation = new SeriesPreparation();
    const [main] = preparation.prepare('loss', alone(dual), options);
    expect([...Array.from(main!.raw)]).toEqual([4, 2]);
    expect(main!.y[1]).toBeCloseTo((0.5 * 4 + 2) / 1.5, 12);
    for (const chart of ['top1', 'learning-rate'] as const) {
      for (const series of preparation.prepare(chart, alone(dual), options)) expect(series.raw).toBe(series.y);
    }
    const [unsmoothed] = preparation.prepare('loss', alone(dual), { ...options, smoothing: 0 });
    expect(unsmoothed!.raw).toBe(unsmoothed!.y);
  });

  test('the total takes the place of the pair on request', () => {
    const series = new SeriesPreparation().prepare('loss', alone(dual, single), { ...options, loss: 'total' });
    expect(kinds(series)).toEqual(['dual total', 'single total']);
  });

  test('lines are kept until the run or a choice that they depend on changes', () => {
    const preparation = new SeriesPreparation();
    const [first] = preparation.prepare('loss', alone(dual), options);
    expect(preparation.prepare('loss', alone(dual), options)[0]).toBe(first);
    expect(preparation.prepare('loss', alone(dual), { ...options, smoothing: 0.7 })[0]).not.toBe(first);
    const [rate] = preparation.prepare('learning-rate', alone(dual), options);
    expect(preparation.prepare('learning-rate', alone(dual), { ...options, smoothing: 0.7 })[0]).toBe(rate);
    const more = { ...dual, revision: dual.revision + 1 };
    expect(preparation.prepare('loss', alone(more), options)[0]).not.toBe(first);
  });

  test('a group of seeds is the mean of the smoothed lines of each kind, with its band', () => {
    const seeds = [1, 2].map((seed) => {
      const run = panelRun({ runKey: `s${seed}`, main: [2 * seed, 4 * seed], aux: [1, 1] });
      return { ...run, header: { ...run.header, settings: { seed, name: `s${seed}` } } };
    });
    const groups = groupBySeed(seeds);
    const series = new SeriesPreparation().prepare('loss', groups, { ...options, smoothing: 0 });
    expect(kinds(series)).toEqual(['s1 main', 's1 aux']);
    expect([...Array.from(series[0]!.y)]).toEqual([3, 6]);
    expect(series[0]!.band!.high[0]).toBeCloseTo(3 + Math.SQRT2, 12);
  });
});

describe('ViewPreparation', () => {
  test('zooming keeps the line and chooses other entries; the same view chooses nothing anew', () => {
    const [series] = new SeriesPreparation().prepare('loss', alone(dual), options);
    const views = new ViewPreparation();
    const whole = views.lineInView(series!, [0, 2], 'linear', 100);
    expect(views.lineInView(series!, [0, 2], 'linear', 100)).toBe(whole);
    expect(views.lineInView(series!, [0, 1], 'linear', 100)).not.toBe(whole);
    expect(whole.ghost.length).toBe(2);
  });

  test('on a logarithm every column keeps its extremes, and what is outside the view is not looked at', () => {
    const x = Array.from({ length: 10_000 }, (_, index) => index + 1);
    const y = x.map((step) => (step === 5000 ? 99 : Math.sin(step)));
    const indices = Array.from(visibleIndices(x, y, 100, [1, 10_000], 'log'));
    expect(indices.length).toBeLessThanOrEqual(501);
    expect(indices).toContain(4999);
    expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
    let looked = 0;
    const counted = new Proxy(y, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looked++;
        return Reflect.get(target, key);
      },
    });
    visibleIndices(x, counted, 2, [1, 10], 'log');
    expect(looked).toBeLessThan(100);
  });
});

test('images a second come from batch size and time; a restart has no value', () => {
  const run = panelRun({ runKey: 'a', main: [1, 1, 1, 1] });
  const timed = {
    ...run,
    header: { ...run.header, settings: { 'training.batchSize': 64 } },
    steps: { ...run.steps, time: [0, 500, 60_000, 60_250] },
    restarts: [3],
  };
  expect([...imagesPerSecond(timed)]).toEqual([Number.NaN, 128, Number.NaN, 256]);
  expect(imagesPerSecond(run).length).toBe(0);
});
