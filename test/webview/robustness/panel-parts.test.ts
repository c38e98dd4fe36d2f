import { describe, expect, test } from 'vitest';
import type { RobustnessRequests, RobustnessState } from '../../../common/panels/robustness/robustness-contract';
import { comparabilityNote } from '../../../webview/robustness/comparability';
import { FlipStore, flipsStep } from '../../../webview/robustness/flip-store';
import { formatDifference, formatValue } from '../../../webview/robustness/measures';
import { restoreState } from '../../../webview/robustness/panel-state';
import { robustnessCsv } from '../../../webview/robustness/robustness-csv';
import { sourceLabel, sourcesOf } from '../../../webview/robustness/robustness-runs';
import { summarizeSource } from '../../../webview/robustness/text-summary';
import { AskedHost } from '../asked-host';
import { fakeFlips, fakeRobustness } from './robustness-fixture';

const all = { evaluations: {}, branches: 'all' } as const;

describe('numbers', () => {
  test('are short, with their sign in differences', () => {
    expect([43.216, 100, 0.04, Number.NaN].map((value) => formatValue(value, '%'))).toEqual([
      '43.2',
      '100',
      '0.0',
      'NaN',
    ]);
    expect([1.234, 12.34, 123.4].map((value) => formatValue(value, 'nats'))).toEqual(['1.23', '12.3', '123']);
    expect([3.21, -0.44, 0.01, -0.01].map((value) => formatDifference(value, '%'))).toEqual([
      '+3.2',
      '−0.4',
      '0.0',
      '0.0',
    ]);
    expect(formatValue(undefined, '%')).toBe('–');
  });
});

describe('sources', () => {
  test('are the branches of the newest evaluation, or of the chosen one', () => {
    const run = fakeRobustness({ runKey: 'a', evaluations: 2 });
    const names = (choices: Pick<RobustnessState, 'evaluations' | 'branches'>) =>
      sourcesOf([run], choices).map(({ evaluation, branch }) => `${evaluation.name} ${branch}`);
    expect(names(all)).toEqual(['best-2 main', 'best-2 aux']);
    expect(names({ evaluations: { a: 'best-1' }, branches: 'aux' })).toEqual(['best-1 aux']);
    expect(names({ evaluations: { a: 'gone' }, branches: 'main' })).toEqual(['best-2 main']);
    expect(sourcesOf([{ ...run, evaluations: [] }], all)).toEqual([]);
  });

  test('a run with one branch is shown by it whatever is asked for', () => {
    const sources = sourcesOf([fakeRobustness({ runKey: 'a', branches: ['main'] })], {
      evaluations: {},
      branches: 'aux',
    });
    expect(sources.map(({ branch }) => branch)).toEqual(['main']);
    expect(sourceLabel(sources[0]!, () => 'vanilla')).toBe('vanilla');
  });

  test('of other images or other corruptions are told apart', () => {
    const [a, b] = [fakeRobustness({ runKey: 'a' }), fakeRobustness({ runKey: 'b', imageList: 'other' })];
    expect(comparabilityNote(sourcesOf([a], all))).toBeUndefined();
    expect(comparabilityNote(sourcesOf([a, b], all))).toContain('of other images');
    b.evaluations[0]!.imageList = 'list-1';
    b.evaluations[0]!.source = 'corrupted files in data/c';
    expect(comparabilityNote(sourcesOf([a, b], all))).toContain('with other corruptions');
  });
});

describe('the text summary', () => {
  test('has the exact numbers, and names the normalisation', () => {
    const [main] = sourcesOf([fakeRobustness({ runKey: 'a', baseline: 'alexnet' })], all);
    const { text, attributes } = summarizeSource(main!, 'error');
    expect(attributes).toMatchObject({
      'data-run-id': 'a',
      'data-branch': 'main',
      'data-severities': '1 2 3 4 5',
      'data-clean-top1': '0.8',
      'data-baseline': 'alexnet',
      'data-mce': String(main!.measured.summary!.mCE),
      'data-mean': expect.stringMatching(/^\d+\.\d+$/),
      'data-worst': 'snow',
    });
    expect(Number(attributes['data-mean'])).toBeCloseTo(main!.measured.summary!.unnormalised, 9);
    expect(text).toContain('normalised by AlexNet');
    expect(summarizeSource(main!, 'top1').attributes['data-worst']).toBe('snow');
    expect(attributes['data-stylized']).toBe('');
    expect(text).not.toContain('stylized');
    const [styled] = sourcesOf([fakeRobustness({ runKey: 'a', stylizedError: 0.75 })], all);
    const summary = summarizeSource(styled!, 'top1');
    expect(summary.attributes['data-stylized']).toBe('25');
    expect(summary.text).toContain('; stylized 25.0 %; corrupted');
  });
});

test('the CSV has a row a condition, with fractions', () => {
  const sources = sourcesOf(
    [fakeRobustness({ runKey: '=a', corruptions: ['fog'], severities: [3], branches: ['main'], stylizedError: 0.75 })],
    all,
  );
  sources[0]!.measured.corruptions.fog!['3']!.loss = null;
  const [head, clean, stylized, fog, end] = robustnessCsv(sources).split('\r\n');
  expect(head).toBe('run,branch,evaluation,corruption,severity,top1,top5,loss,calibrationError');
  expect(clean).toMatch(/^'=a,main,best-1,clean,0,0\.8,/);
  expect(stylized).toMatch(/^'=a,main,best-1,stylized,,0\.25,/);
  expect(fog).toMatch(/^'=a,main,best-1,fog,3,0\.\d+,0\.\d+,,0\.\d+$/);
  expect(end).toBe('');
});

describe('a restored state', () => {
  test('keeps what is understood', () => {
    const state: RobustnessState = {
      version: 1,
      runKeys: ['a'],
      measure: 'loss',
      view: 'difference',
      branches: 'aux',
      pair: ['a main', 'a aux'],
      evaluations: { a: 'best-1' },
      corruption: 'fog',
      styles: { a: 2 },
      selection: { runKey: 'a', evaluation: 'best-1', branch: 'main', corruption: 'fog', severity: 3 },
    };
    expect(restoreState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test('drops what is not', () => {
    const odd = {
      version: 1,
      measure: 'toString',
      styles: { a: -1 },
      evaluations: { a: 3 },
      selection: { runKey: 'a' },
      pair: 7,
    };
    expect(restoreState(odd)).toEqual(restoreState(undefined));
    expect(restoreState({ version: 0, measure: 'loss' }).measure).toBe('error');
  });
});

describe('lost images', () => {
  const cell = { runKey: 'a', evaluation: 'best-1', branch: 'main', corruption: 'fog', severity: 3 };
  const newStore = (live = true) => {
    const host = new AskedHost<RobustnessRequests>(live);
    return { host, store: new FlipStore(host.requests, () => {}) };
  };

  test('are asked for once a cell, then their pictures, and more of them by wish', async () => {
    const { host, store } = newStore();
    expect(store.get(cell).isWaiting).toBe(true);
    store.get({ ...cell });
    expect(host.asked).toMatchObject([{ name: 'flips', request: { ...cell, count: flipsStep } }]);
    await host.reply(fakeFlips(cell, flipsStep));
    expect(store.get(cell)).toMatchObject({ isWaiting: false, isPicturing: true });
    expect(host.asked.at(-1)).toMatchObject({ name: 'pictures', request: { ...cell, count: flipsStep } });
    const { path } = fakeFlips(cell, 1).shown[0]!;
    await host.reply({ pictures: [{ path, clean: 'a', corrupted: 'b' }], problem: 'one is missing' });
    expect(store.get(cell)).toMatchObject({ isPicturing: false, pictureProblem: 'one is missing' });
    store.more();
    expect(host.asked.at(-1)!.request.count).toBe(2 * flipsStep);
    // What is there stays while more is on its way.
    expect(store.get(cell).flips?.shown).toHaveLength(flipsStep);
    await host.reply(fakeFlips(cell, 2 * flipsStep));
    await host.fail('gone');
    expect(store.get(cell)).toMatchObject({ isPicturing: false, pictureProblem: 'gone' });
    expect([...store.get(cell).pictures.keys()]).toEqual([path]);
  });

  test('what is on its way for another cell is given up', async () => {
    const { host, store } = newStore();
    store.get(cell);
    store.get({ ...cell, severity: 4 });
    expect(host.posted).toContainEqual({ type: 'cancel', id: 1 });
    await host.reply(fakeFlips(cell, 3), 1);
    expect(store.get({ ...cell, severity: 4 })).toMatchObject({ isWaiting: true });
    await host.fail('gone');
    expect(store.get({ ...cell, severity: 4 })).toMatchObject({ problem: 'gone', isWaiting: false });
    store.forget();
    expect(store.get({ ...cell, severity: 4 }).isWaiting).toBe(true);
  });

  test('in a report nobody is asked', () => {
    const { host, store } = newStore(false);
    expect(store.get(cell).isWaiting).toBe(false);
    expect(host.posted).toEqual([]);
  });
});
