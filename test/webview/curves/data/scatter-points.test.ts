import { describe, expect, test } from 'vitest';
import type { SettingValue } from '../../../../common/experiment/flat-settings';
import { differingFields, scatterMetrics, scatterPoints } from '../../../../webview/curves/data/scatter-points';
import { panelRun } from '../panel-run-fixture';

const run = (runKey: string, settings: Record<string, SettingValue>, top1: number[]) => {
  const made = panelRun({ runKey, main: [3, 2], aux: [4, 3], top1 });
  return { ...made, header: { ...made.header, settings } };
};
const runs = [
  run('a', { name: 'a', seed: 1, 'method.alpha': 0.1, 'method.type': 'mixprop', same: 1 }, [0.6, 0.5]),
  run('b', { name: 'b', seed: 1, 'method.alpha': 1, 'method.type': 'mixprop', same: 1 }, [0.4]),
  run('c', { name: 'c', seed: 1, 'method.type': 'vanilla', same: 1 }, []),
];

describe('metric against a setting', () => {
  test('fields that differ are offered, the name is not', () => {
    expect(differingFields(runs)).toEqual(['method.alpha', 'method.type']);
    expect(differingFields(runs.slice(0, 1))).toEqual([]);
  });

  test('numbers lie on an axis that may be logarithmic; runs without the metric are left out', () => {
    const { points, categories, allowsLog } = scatterPoints(runs, 'bestMainTop1', 'method.alpha');
    expect(points.map(({ runKey, x, y }) => [runKey, x, y])).toEqual([
      ['a', 0.1, 0.6],
      ['b', 1, 0.4],
    ]);
    expect([categories, allowsLog]).toEqual([undefined, true]);
  });

  test('text, and numbers that some runs do not have, are categories', () => {
    const byType = scatterPoints(runs, 'lastMainLoss', 'method.type');
    expect(byType.categories).toEqual(['mixprop', 'vanilla']);
    expect(byType.points.map(({ x }) => x)).toEqual([0, 0, 1]);
    expect(scatterPoints(runs, 'lastMainLoss', 'method.alpha').categories).toEqual(['0.1', '1', 'none']);
  });

  test('the metrics', () => {
    const [first] = runs;
    const all = ['bestMainTop1', 'lastMainTop1', 'bestAuxTop1', 'lastAuxTop1', 'lastMainLoss', 'lastAuxLoss'] as const;
    expect(all.map((metric) => scatterMetrics[metric].valueOf(first!))).toEqual([0.6, 0.5, 0.6, 0.5, 2, 3]);
  });
});
