import { expect, test } from 'vitest';
import { columnsOf, rowsOf } from '../../../webview/cam/cam-table';
import { LoadedMaps } from '../../../webview/cam/loaded-maps';
import type { MapsState } from '../../../webview/cam/map-store';
import { announceColumns, classAdvice, summarizeColumn } from '../../../webview/cam/text-summary';
import { camMaps, camRun } from './cam-fixture';

const summaryOf = (maps: MapsState, shown: 'predicted' | 'true', now: 'once' | null = null) => {
  const run = camRun('r', { isLive: true });
  const choices = { epoch: null, now, difference: false, input: null };
  const [column] = columnsOf([run], choices, { get: () => maps, now: () => maps });
  return summarizeColumn(run.header, column!, rowsOf([run]), { shown, input: null });
};

test('a branch in words and numbers', () => {
  const ready: MapsState = { state: 'ready', value: new LoadedMaps([camMaps('r', 2)]) };
  const { text, attributes } = summaryOf(ready, 'predicted');
  expect(text).toBe(
    'name of r [r] main: state finished; epoch 2; images 2; shown 2; right 1 of 2; mean confidence 0.8250; input clean',
  );
  expect(attributes).toMatchObject({
    'data-run-id': 'r',
    'data-branch': 'main',
    'data-epoch': '2',
    'data-class': 'predicted',
    'data-shown': '2',
    'data-right': '1',
    'data-input': 'clean',
    'data-maps': 'ready',
    'data-problem': '',
  });
  expect(Number(attributes['data-mean-confidence'])).toBeCloseTo(0.825, 12);
  expect(Number(summaryOf(ready, 'true').attributes['data-mean-confidence'])).toBeCloseTo((0.75 + 0.1) / 2, 12);
  expect(announceColumns([summaryOf(ready, 'predicted')])).toBe('r main, epoch 2: 1 of 2 right');
});

test('without maps the reason is there', () => {
  const { text, attributes } = summaryOf({ state: 'failed', message: 'no such file' }, 'predicted');
  expect(text).toContain('shown 0; right 0 of 0; mean confidence none');
  expect(attributes).toMatchObject({
    'data-mean-confidence': '',
    'data-problem': 'no such file',
    'data-maps': 'failed',
  });
});

test('the state of a moment has its step in place of the epoch', () => {
  const ready: MapsState = { state: 'ready', value: new LoadedMaps([{ ...camMaps('r', 2), step: 27 }]) };
  const summary = summaryOf(ready, 'predicted', 'once');
  expect(summary.text).toContain('state finished; now (step 27); images 2');
  expect(summary.attributes).toMatchObject({ 'data-epoch': '', 'data-step': '27', 'data-shown': '2' });
  expect(announceColumns([summary])).toBe('r main, now (step 27): 1 of 2 right');
  expect(summaryOf(ready, 'predicted').attributes['data-step']).toBe('');
});

test('runs that do not have the chosen class are named, with what to do; the others are not', () => {
  const runs = [camRun('r'), camRun('s'), camRun('later')];
  const states: Record<string, MapsState> = {
    r: { state: 'ready', value: new LoadedMaps([camMaps('r', 2)]) },
    s: { state: 'ready', value: new LoadedMaps([{ ...camMaps('s', 2), classes: ['a', 'zebra'] }]) },
    later: { state: 'loading' },
  };
  const choices = { epoch: null, now: null, difference: true, input: null };
  const columns = columnsOf(runs, choices, { get: ({ runKey }) => states[runKey]!, now: () => undefined });
  const labelOf = (runKey: string) => `run ${runKey}`;
  expect(classAdvice(columns, { name: 'zebra' }, labelOf)).toBe(
    'run r: the network has no class "zebra": choose another one under "Map of".',
  );
  expect(classAdvice(columns, { name: 'a' }, labelOf)).toBeUndefined();
  expect(classAdvice(columns, 'true', labelOf)).toBeUndefined();
});
