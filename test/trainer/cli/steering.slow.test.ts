import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { readAllEvents } from '../../../common/run/event-reader';
import { until } from '../../until';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-steering-'));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const run = join(folder, 'runs', 'held');
let trainer: ChildProcess;
afterAll(() => {
  trainer.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A command to its end: exit status and output. */
const mixprop = (...args: string[]) =>
  new Promise<{ status: number; text: string }>((done) => {
    const child = execFile(process.execPath, [program, ...args], (_, stdout, stderr) =>
      done({ status: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
const steps = () => readAllEvents(run).filter(({ type }) => type === 'step').length;

describe('a run in training', () => {
  test('is paused, goes on in its trainer, is stopped, and then has no trainer to ask', async () => {
    const experiment = join(folder, 'a.mixprop.json');
    const dataset = { type: 'shapes', imageSize: 16, trainingImages: 800, validationImages: 40 };
    writeFileSync(
      experiment,
      JSON.stringify({ dataset, model: { width: 4 }, training: { epochs: 50, batchSize: 16 } }),
    );
    trainer = spawn(process.execPath, [program, 'train', experiment, '--name', 'held'], {
      cwd: folder,
      stdio: 'ignore',
    });
    await until(() => steps() > 2);

    expect(await mixprop('pause', run)).toEqual({ status: 0, text: 'held: paused\n' });
    const held = steps();
    await delay(300);
    expect(steps()).toBe(held);
    expect((await mixprop('pause', run, '--json')).text).toContain('"state":"paused"');

    expect(await mixprop('resume', run)).toEqual({ status: 0, text: 'held: goes on in its trainer\n' });
    await until(() => steps() > held);
    const again = await mixprop('resume', run);
    expect(again).toMatchObject({ status: 2, text: expect.stringContaining('another trainer is writing to this run') });

    expect(await mixprop('stop', run)).toEqual({ status: 0, text: 'held: stopped\n' });
    await until(() => trainer.exitCode !== null);
    for (const command of ['pause', 'stop']) {
      const { status, text } = await mixprop(command, run);
      expect(status).toBe(2);
      expect(text).toContain('no trainer works on held, which is stopped: `mixprop resume');
    }
    const kept = await mixprop('resume', run, '--set', 'optimizer.learningRate=1');
    expect(kept).toMatchObject({ status: 2, text: expect.stringContaining('a run keeps optimizer.learningRate') });
  });
});
