import { describe, expect, test } from 'vitest';
import { noNotes } from '../../../common/run/run-notes';
import type { RunSummary } from '../../../common/run/run-summary';
import {
  describeRun,
  type KnownRun,
  likeliestFirst,
  newestFirst,
  type ReadNotes,
  runContextValue,
  runDetails,
  runIcon,
  spokenRun,
  statusBarIcon,
  statusBarText,
} from '../../../extension/runs/run-description';

function run(summary: Partial<RunSummary>, isActive = false, startedAt = 0, notes: Partial<ReadNotes> = {}): KnownRun {
  return {
    label: summary.runId ?? 'cifar-1',
    summary: {
      runId: 'cifar-1',
      folder: '/data/runs/cifar-1',
      name: 'cifar',
      method: 'mixprop',
      architecture: 'preact-resnet18',
      state: 'finished',
      epoch: 0,
      totalEpochs: 30,
      step: 0,
      totalSteps: 0,
      ...summary,
    },
    notes: { ...noNotes, ...notes },
    isActive,
    startedAt,
  };
}

const running = { state: 'running', epoch: 3, step: 419, totalSteps: 1000, bestTop1: 0.5234 } as const;

describe('a run in a line', () => {
  test('says where it is', () => {
    expect(describeRun(run(running, true))).toBe('epoch 3/30 · 41 % · best 52.3 %');
    expect(describeRun(run({ state: 'queued' }, true))).toBe('preparing');
    expect(describeRun(run({ state: 'running', totalSteps: 1000 }, true))).toBe('0 %');
    expect(describeRun(run({ ...running, step: 999.9 }, true))).toContain('99 %');
  });

  test('says that it is held', () => {
    expect(describeRun(run({ ...running, state: 'paused' }, true))).toBe('paused · epoch 3/30 · 41 % · best 52.3 %');
  });

  test('says how it ended', () => {
    expect(describeRun(run({ ...running, state: 'stopped' }))).toBe('stopped · epoch 3/30 · best 52.3 %');
    expect(describeRun(run({ ...running, state: 'finished', epoch: 30 }))).toBe('epoch 30/30 · best 52.3 %');
    const failed = { ...running, state: 'failed', reason: 'the disk is full:\nat step 3' } as const;
    expect(describeRun(run(failed))).toBe('failed: the disk is full: at step 3 · epoch 3/30 · best 52.3 %');
    const killed = { ...failed, reason: 'killed by SIGKILL\nthe trainer ended unexpectedly' };
    expect(describeRun(run(killed))).toBe('failed: killed by SIGKILL · epoch 3/30 · best 52.3 %');
    expect(describeRun(run({ problem: 'experiment.json is damaged' }))).toBe('cannot be read');
  });
});

test('a screen reader hears the state of a run once', () => {
  const said = (summary: Partial<RunSummary>, isActive = false) => spokenRun(run({ ...running, ...summary }, isActive));
  expect(said({ state: 'stopped' })).toBe('cifar-1, stopped · epoch 3/30 · best 52.3 %');
  expect(said({ state: 'failed', reason: 'the disk is full' })).toBe(
    'cifar-1, failed: the disk is full · epoch 3/30 · best 52.3 %',
  );
  expect(said({ state: 'finished' })).toBe('cifar-1, finished, epoch 3/30 · best 52.3 %');
  expect(said({}, true)).toBe('cifar-1, running, epoch 3/30 · 41 % · best 52.3 %');
  expect(spokenRun(run({ state: 'running' }, true))).toBe('cifar-1, running');
});

test('menus tell runs apart by what can be done with them', () => {
  expect(runContextValue(run({ state: 'running' }, true))).toBe('run.active');
  expect(runContextValue(run({ state: 'stopped' }, true))).toBe('run.active');
  expect(runContextValue(run({ state: 'paused' }, true))).toBe('run.paused');
  expect(runContextValue(run({ state: 'paused' }))).toBe('run.resumable');
  expect(runContextValue(run({ state: 'stopped' }))).toBe('run.resumable');
  expect(runContextValue(run({ state: 'failed' }))).toBe('run.resumable');
  expect(runContextValue(run({ state: 'finished' }))).toBe('run.finished');
  expect(runContextValue(run({ state: 'stopped', problem: 'damaged' }))).toBe('run.damaged');
});

test('the tooltip leaves out what is not known', () => {
  const labels = runDetails(run({ state: 'queued' })).map(([label]) => label);
  expect(labels).toEqual(['State', 'Experiment', 'Method', 'Network', 'Started', 'Folder']);
  const details = Object.fromEntries(
    runDetails(run({ ...running, lastLoss: Number.NaN, imagesPerSecond: 61.24, secondsLeft: 3725 }, true)),
  );
  expect(details).toMatchObject({
    Step: '419 of 1000 (41 %)',
    Loss: 'not finite',
    'Best top-1': '52.34 %',
    Speed: '61.2 images/s',
    Remaining: '1 h 2 min',
  });
});

test('the status bar speaks of the newest run and counts the others', () => {
  expect(statusBarText([])).toBe('');
  const newest = run({ ...running, secondsLeft: 62 }, true);
  expect(statusBarText([newest])).toBe('cifar-1 41 %, 1 min 2 s left');
  expect(statusBarText([run({ state: 'queued' }, true), newest])).toBe('cifar-1 preparing (+1)');
  const paused = run({ ...running, state: 'paused' }, true);
  expect(statusBarText([paused])).toBe('cifar-1 paused 41 %');
  expect([statusBarIcon([paused]), statusBarIcon([paused, newest])]).toEqual(['debug-pause', 'sync~spin']);
});

test('the state of a run is told by the shape of its icon, whatever the colours', () => {
  const states = ['queued', 'running', 'paused', 'stopped', 'failed', 'finished'] as const;
  const icons = states.map((state) => runIcon(run({ state })).id);
  expect(new Set(icons).size).toBe(states.length);
});

test('the newest and the likeliest come first', () => {
  const ids = (runs: KnownRun[]) => runs.map(({ summary }) => summary.runId);
  const runs = [
    run({ runId: 'a-2' }, false, 100),
    run({ runId: 'a-10' }, false, 100),
    run({ runId: 'b-1' }, true, 50),
    run({ runId: 'c-1' }, false, 200),
  ];
  expect(ids(newestFirst(runs))).toEqual(['c-1', 'a-10', 'a-2', 'b-1']);
  expect(ids(likeliestFirst(runs))).toEqual(['b-1', 'c-1', 'a-10', 'a-2']);
});

test('what a person has said of a run is said around what it is', () => {
  const notes = { name: 'Baseline', star: true, tags: ['paper', 'ablation'], note: 'two\nlines' };
  const noted = { ...run(running, true, 0, notes), label: 'Baseline' };
  expect(describeRun(noted)).toBe('★ · epoch 3/30 · 41 % · best 52.3 % · #paper #ablation · cifar-1');
  expect(spokenRun(noted)).toBe(
    'Baseline, starred, running, epoch 3/30 · 41 % · best 52.3 %, #paper #ablation, cifar-1',
  );
  expect(describeRun({ ...noted, label: 'Baseline (cifar-1)' })).not.toMatch(/cifar-1/);
  expect(Object.fromEntries(runDetails(noted))).toMatchObject({
    Run: 'cifar-1',
    Note: 'two\nlines',
    Tags: 'paper, ablation',
  });
  expect(describeRun(run({}, false, 0, { problem: 'notes.json is damaged' }))).toBe('damaged notes');
});
