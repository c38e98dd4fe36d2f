import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LiveServer } from '../../common/live/live-server';
import { runPaths } from '../../common/run/run-folder';
import { trainerPresence } from '../../common/run/trainer-presence';
import { writeRun } from '../trainer/report/report-fixture';
import { extensionInWorkspace, trains } from './extension-in-workspace';
import { editor } from './fake-vscode';

const { call, inWorkspace, item, mixprop, runsOf, start, training, unlock } = extensionInWorkspace();

/** The trainer of a run that is in training, as far as it can be steered. */
async function steered(folder: string): Promise<{ server: LiveServer; asked: string[] }> {
  const asked: string[] = [];
  const says = (state: string, seq: number) => {
    asked.push(state);
    appendFileSync(runPaths(folder).events, `${JSON.stringify({ seq, time: seq, type: 'status', state })}\n`);
    return true;
  };
  const server = await LiveServer.start({
    folder,
    onStop: () => unlock(),
    onPause: () => says('paused', 9998),
    onResume: () => says('running', 9999),
  });
  return { server, asked };
}

const args = () => JSON.parse(readFileSync(inWorkspace('args.json'), 'utf8')) as string[];
const trainsAndTells = () =>
  mixprop(`fs.writeFileSync(${JSON.stringify(inWorkspace('args.json'))}, JSON.stringify(args)); ${trains}`);

describe('a run that is in training', () => {
  test('is paused, is told to be, and goes on in its own trainer', async () => {
    const folder = training('small-1');
    start();
    const { server, asked } = await steered(folder);
    await expect.poll(async () => (await item('small-1'))?.contextValue).toBe('run.active');
    await call('pauseRun');
    expect(asked).toEqual(['paused']);
    expect(await item('small-1')).toMatchObject({ contextValue: 'run.paused', iconPath: { id: 'debug-pause' } });
    expect((await item('small-1'))?.description).toMatch(/^paused · epoch 2\/4 · 35 %/);
    await expect.poll(() => editor.statusBar[0]?.text).toBe('$(debug-pause) small-1 paused 35 %');
    await call('resumeRun', await item('small-1'));
    expect(asked).toEqual(['paused', 'running']);
    expect([editor.told, editor.panels]).toEqual([[], []]);
    await expect.poll(async () => (await item('small-1'))?.contextValue).toBe('run.active');
    await server.close();
  });

  test('a trainer that cannot be asked is told', async () => {
    const folder = training('small-1');
    start();
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1');
    await call('pauseRun', ['small-1']);
    expect(editor.told).toMatchObject([
      { kind: 'warning', message: `small-1 is not paused: no trainer runs on ${folder}.` },
    ]);
  });

  test('a run whose trainer is gone in its pause starts from its checkpoint', async () => {
    const folder = training('small-1');
    start();
    const { server } = await steered(folder);
    await expect.poll(async () => (await item('small-1'))?.contextValue).toBe('run.active');
    await call('pauseRun');
    const paused = await item('small-1');
    await server.close();
    unlock();
    trainsAndTells();
    await call('resumeRun', paused);
    expect(args()).toEqual(['resume', folder]);
  });
});

describe('a run that is over', () => {
  test('is extended to the epoch that is entered', async () => {
    start();
    const [folder] = runsOf('small-1');
    trainsAndTells();
    editor.inputs = ['4', 'x', '8'];
    await call('extendRun');
    expect(editor.asked).toMatchObject([{ title: 'Extend small-1', value: '6' }]);
    expect(editor.refused).toHaveLength(2);
    expect(args()).toEqual(['resume', folder, '--epochs', '8']);
    expect(editor.panels.map(({ title }) => title)).toEqual(['Loss Curves: small-1']);
  });

  test('is run again as it is recorded, on the backend that it was made on', async () => {
    start();
    const [folder] = runsOf('small-1');
    editor.settings.backend = 'tensorflow';
    trainsAndTells();
    await call('runAgain');
    expect(args()).toEqual([
      'train',
      folder,
      '--runs',
      inWorkspace('runs'),
      '--name',
      'small-1-1',
      '--backend',
      'wasm',
    ]);
    expect(editor.panels.map(({ title }) => title)).toEqual(['Loss Curves: small-1-1']);
  });
});

test('only runs for which it makes sense are offered; where there is none, that is said', async () => {
  start();
  training('small-1');
  writeRun(inWorkspace('runs'), 'small-2', { end: 'stopped' });
  writeRun(inWorkspace('runs'), 'small-3');
  const damaged = writeRun(inWorkspace('runs'), 'small-4');
  writeFileSync(runPaths(damaged).experiment, '{');
  writeFileSync(runPaths(damaged).events, '');
  await call('extendRun');
  await call('runAgain');
  expect(editor.offered.map((labels) => labels.sort())).toEqual([
    ['small-2', 'small-3'],
    ['small-1', 'small-2', 'small-3'],
  ]);
  expect(editor.told).toEqual([]);
  // Neither is asked about, nor is anything started.
  await call('pauseRun', await item('small-3'));
  await call('extendRun', ['small-1']);
  expect(editor.messages).toEqual([
    'No run is in training.',
    'No run can be extended: one that is in training has to be stopped first.',
  ]);
  expect(trainerPresence(inWorkspace('runs', 'small-1'))).toBe('alive');
  expect(existsSync(inWorkspace('args.json'))).toBe(false);
});

test('without trust no run is steered', async () => {
  start();
  runsOf('small-1');
  editor.isTrusted = false;
  for (const name of ['pauseRun', 'extendRun', 'runAgain'] as const) await call(name);
  expect(editor.messages).toHaveLength(3);
  for (const message of editor.messages) expect(message).toContain('needs a trusted workspace');
});
