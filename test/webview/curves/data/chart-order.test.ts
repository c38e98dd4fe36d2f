import { describe, expect, test } from 'vitest';
import { chartsFor, isWide, movedChart, neighbourOf, shownCharts } from '../../../../webview/curves/data/chart-order';
import type { PanelRun } from '../../../../webview/curves/data/panel-runs';
import { panelRun } from '../panel-run-fixture';

const order = ['loss', 'top1', 'validation-loss', 'learning-rate', 'scatter', 'images-per-second'] as const;
const of = (charts: Parameters<typeof shownCharts>[0]['charts']) => ({ order: [...order], charts });

describe('charts', () => {
  test('pinned ones come first, hidden ones not at all', () => {
    const charts = { top1: { hidden: true }, 'learning-rate': { pinned: true } };
    expect(shownCharts(of(charts))).toEqual([
      'learning-rate',
      'loss',
      'validation-loss',
      'scatter',
      'images-per-second',
    ]);
  });

  test('settings are compared where they differ, or where somebody asked for it', () => {
    const runs = [panelRun({ runKey: 'a', main: [1] })];
    expect(chartsFor(of({}), runs)).not.toContain('scatter');
    expect(chartsFor(of({ scatter: { hidden: false } }), runs)).toContain('scatter');
    const differing = ['a', 'b'].map((runKey, seed) => {
      const run = panelRun({ runKey, main: [1] });
      return { ...run, header: { ...run.header, settings: { seed } } };
    });
    expect(chartsFor(of({}), differing)).toContain('scatter');
  });

  test('a chart changes places with its neighbour, over hidden ones, among its like', () => {
    const charts = { top1: { hidden: true } };
    const shown = shownCharts(of(charts));
    expect(movedChart(of(charts), shown, 'validation-loss', -1)).toEqual([
      'validation-loss',
      'top1',
      'loss',
      'learning-rate',
      'scatter',
      'images-per-second',
    ]);
    expect(neighbourOf(of({}), order, 'loss', -1)).toBeUndefined();
    expect(neighbourOf(of({ loss: { pinned: true } }), order, 'loss', 1)).toBeUndefined();
    expect(movedChart(of({}), order, 'loss', -1)).toEqual([...order]);
  });

  test('charts without records are not there, and are no neighbours', () => {
    const arrangement = { order: ['loss', 'pointing', 'area', 'agreement', 'top1'] as const, charts: {} };
    const of = (...runs: PanelRun[]) => chartsFor({ ...arrangement, order: [...arrangement.order] }, runs);
    const plain = panelRun({ runKey: 'a', main: [1] });
    const looked = panelRun({ runKey: 'b', main: [1, 1], localisation: { mainArea: [Number.NaN, 0.4] } });
    expect(of(plain)).toEqual(['loss', 'top1']);
    expect(of(plain, looked)).toEqual(['loss', 'area', 'top1']);
    expect(movedChart({ ...arrangement, order: [...arrangement.order] }, of(plain), 'loss', 1)).toEqual([
      'top1',
      'pointing',
      'area',
      'agreement',
      'loss',
    ]);
  });

  test('the training loss is wide unless somebody chose otherwise', () => {
    expect(isWide({ charts: {} }, 'loss')).toBe(true);
    expect(isWide({ charts: { loss: { wide: false } } }, 'loss')).toBe(false);
    expect(isWide({ charts: {} }, 'top1')).toBe(false);
  });
});
