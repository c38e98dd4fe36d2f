import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LiveServer } from '../../common/live/live-server';
import { runPaths } from '../../common/run/run-folder';
import { trainerPresence } from '../../common/run/trainer-presence';
import { writeRun } from '../trainer/report/report-fixture';
import { extensionInWorkspace, trains } from './extension-in-workspace';
import { editor, FakeDocument, Uri } from './fake-vscode';

const { call, experiment, inWorkspace, item, mixprop, start, training, unlock } = extensionInWorkspace();

describe('running experiments', () => {
  test('a run is started, followed and shown; of one that is cancelled nothing stays', async () => {
    start();
    mixprop(trains);
    const file = experiment('small');
    editor.settings.backend = 'wasm';
    await call('runExperiment', Uri.file(file));
    const folder = inWorkspace('runs', 'small-1');
    expect(editor.panels.map(({ title }) => title)).toEqual(['Loss Curves: small-1']);
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1');
    // It writes no lock: to the editor its trainer is gone when its process is.
    expect(existsSync(runPaths(folder).experiment)).toBe(true);
    editor.cancels = true;
    mixprop('setInterval(() => {}, 1000);');
    await call('runExperiment', Uri.file(file));
    expect(editor.panels).toHaveLength(1);
    expect(existsSync(inWorkspace('runs', 'small-2'))).toBe(false);
  });

  test('a trainer that ends at once is told with its words, and leaves nothing behind', async () => {
    start();
    mixprop(`console.error('mixprop: no such backend: mixprop runtime install tensorflow'); process.exit(2);`);
    editor.answer = 'Show Log';
    await call('runExperiment', Uri.file(experiment('small')));
    expect(editor.told).toMatchObject([
      {
        message: 'small-1 could not start (exit status 2): no such backend: mixprop runtime install tensorflow',
        buttons: ['Install TensorFlow Runtime', 'Show Log'],
      },
    ]);
    expect(editor.panels).toEqual([]);
    expect(existsSync(inWorkspace('runs', 'small-1'))).toBe(false);
    await expect.poll(() => editor.channels.at(-1)?.text).toContain('no such backend');
  });

  test('a Node that is not there is told, with its setting', async () => {
    start();
    editor.settings.nodePath = '/no/such/node';
    await call('runExperiment', Uri.file(experiment('small')));
    expect(editor.told).toMatchObject([
      { message: expect.stringContaining('/no/such/node'), buttons: ['Open Settings'] },
    ]);
  });

  test('an experiment with mistakes is not run: they are shown, of an open file those that its schema cannot', async () => {
    start();
    mixprop(trains);
    const file = experiment('small', '{ "training": { "epochs": 0 }, "optimizer": { "momentum": 7 } }');
    await call('runExperiment', Uri.file(file));
    expect(editor.messages).toEqual([
      expect.stringMatching(/^small\.mixprop\.json has 2 mistakes and was not run\. The/),
    ]);
    expect(editor.problems.get(file)?.map(({ message }) => message)).toEqual([
      expect.stringContaining('training.epochs'),
      expect.stringContaining('optimizer.momentum'),
    ]);
    const document = new FakeDocument(file, readFileSync(file, 'utf8'));
    document.change('{ "name": "small", "dataset": { "type": "shapes" } }');
    await expect.poll(() => editor.problems.get(file)).toEqual([]);
    await call('runExperiment');
    expect(document.isDirty).toBe(false);
    expect(editor.panels).toHaveLength(1);
  });

  test.skipIf(process.platform !== 'linux')(
    'a run is resumed, and one that does not answer is killed where the person wants it',
    async () => {
      start();
      const folder = writeRun(inWorkspace('runs'), 'small-1', { end: 'stopped' });
      mixprop(`
      const folder = args[1];
      const stat = fs.readFileSync('/proc/self/stat', 'utf8').split(' ');
      const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const identity = { host: require('node:os').hostname(), pid: process.pid, startTime: Date.now(), id: 'x' };
      fs.writeFileSync(folder + '/lock.json', JSON.stringify({ ...identity, bootTicks: boot + '/' + stat[21] }));
      fs.appendFileSync(folder + '/events.jsonl', JSON.stringify({ seq: 999, time: 1, type: 'status', state: 'running' }) + '\\n');
      setInterval(() => fs.existsSync(folder) || process.exit(), 50);`);
      await call('resumeRun');
      expect(editor.panels.map(({ title }) => title)).toEqual(['Loss Curves: small-1']);
      expect(trainerPresence(folder)).toBe('alive');
      await call('stopRun');
      expect(editor.messages).toEqual([
        `small-1 did not stop: no trainer runs on ${folder}. Killed, it loses what it learned since its last checkpoint.`,
      ]);
      expect(trainerPresence(folder)).toBe('alive');
      editor.answer = 'Kill';
      await call('stopRun', await item('small-1'));
      await expect.poll(() => trainerPresence(folder)).toBe('gone');
      await expect.poll(() => editor.messages.at(-1)).toMatch(/^small-1 failed: killed by SIGKILL/);
    },
  );

  test('a trainer that is asked stops, and nothing is offered', async () => {
    start();
    const folder = training('small-1');
    const server = await LiveServer.start({ folder, onStop: () => unlock() });
    await call('stopRun');
    expect(editor.told).toEqual([]);
    expect(trainerPresence(folder)).toBe('gone');
    await server.close();
  });

  test('without trust nothing is started or stopped', async () => {
    start();
    mixprop(trains);
    editor.isTrusted = false;
    for (const name of ['runExperiment', 'stopRun', 'resumeRun', 'evaluateRun', 'explainImage'] as const) {
      await call(name, Uri.file(experiment('small')));
    }
    expect(editor.messages).toHaveLength(5);
    for (const message of editor.messages) expect(message).toContain('needs a trusted workspace');
    expect(existsSync(inWorkspace('runs', 'small-1'))).toBe(false);
  });
});
