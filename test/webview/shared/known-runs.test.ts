import { expect, test } from 'vitest';
import type { RunHeader } from '../../../common/panels/protocol';
import { KnownRuns } from '../../../webview/shared/known-runs';
import { goneText } from '../../../webview/shared/notice';
import { markedLabel, stateWord } from '../../../webview/shared/run-labels';
import { runName } from '../../run-name';
import { panelRun } from '../curves/panel-run-fixture';

const run = (runKey: string, label: string): { header: RunHeader } => ({
  header: { ...panelRun({ runKey, main: [] }).header, runId: 'small-1', label },
});

test('runs of the same id are two, and one of them can be renamed, go and come back', () => {
  const known = new KnownRuns<{ header: RunHeader }>();
  known.hydrate([run('/a/runs/small-1', 'small-1 (a)'), run('/b/runs/small-1', 'small-1 (b)')]);
  expect(known.runs).toHaveLength(2);
  const [a] = known.runs;
  const name = { runKey: '/a/runs/small-1', runId: 'small-1', label: 'small-1' };
  expect(known.rename({ type: 'names', runs: [{ ...name, isGone: true }, runName('other')] })).toEqual([a]);
  expect(markedLabel(a!.header)).toBe('small-1 (gone)');
  expect(stateWord(a!.header)).toBe('gone');
  expect(a!.header.state).toBe('running');
  expect(known.labelOf('/b/runs/small-1')).toBe('small-1 (b)');
  known.rename({ type: 'names', runs: [name] });
  expect(markedLabel(a!.header)).toBe('small-1');
  expect(stateWord(a!.header)).toBe('running');
  expect(() => known.get(runName('other'))).toThrow('run other');
});

test('complete contents replace what was there, and what has changed is news once', () => {
  const known = new KnownRuns<{ header: RunHeader }>();
  expect(known.hydrated).toBe(false);
  known.hydrate([run('/a', 'a'), run('/b', 'b')]);
  known.note({ type: 'unreadable', runKey: '/c', label: 'c', message: 'torn' });
  expect(known.unreadable).toEqual([['c', 'torn']]);
  expect(known.takeNews()).toEqual(known.runs);
  const changed = run('/b', 'b');
  known.set(changed);
  known.rename({ type: 'names', runs: [{ runKey: '/a', runId: 'small-1', label: 'new' }] });
  expect(known.takeNews().map(({ header }) => header.label)).toEqual(['new', 'b']);
  expect(known.find('/b')).toBe(changed);
  expect(['/b', '/gone'].map(known.labelOf)).toEqual(['b', '/gone']);
  expect(known.takeNews()).toEqual([]);
  known.hydrate([]);
  expect([known.runs, known.unreadable, known.takeNews()]).toEqual([[], [], []]);
});

test('runs whose folders are gone are named, the first of many', () => {
  expect(goneText(['a'])).toMatch(/^The folder of a is /);
  expect(goneText(['a', 'b', 'c', 'd', 'e'])).toMatch(/^The folders of a, b, c and 2 more are /);
});
