import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RunFollower } from '../../../common/live/run-follower';
import { readAllEvents } from '../../../common/run/event-reader';
import type { RunEvent } from '../../../common/run/events';
import { thisProcess } from '../../../common/run/process-identity';
import { runPaths } from '../../../common/run/run-folder';
import { until } from '../../until';
import { stepBody, toLine } from '../run/arbitrary-events';
import { ChildProgram, type RunningChild } from '../run/child-program';
import { temporaryFolders } from '../temporary-folder';

const temporaryFolder = temporaryFolders();

let trainer: ChildProgram;
const watchers: Watcher[] = [];

beforeAll(async () => {
  // Writes a record every few milliseconds until it is asked to stop, as a trainer does; with "deaf" without a socket.
  trainer = await ChildProgram.build(`
    import { EventLog } from '../../../common/run/event-log';
    import { LiveServer } from '../../../common/live/live-server';
    import { acquireRunLock } from '../../../common/run/run-lock';
    import { stepBody } from '../run/arbitrary-events';

    async function main(folder: string, deaf: boolean) {
      const lock = acquireRunLock(folder);
      const log = EventLog.open(folder);
      let stopping = false;
      const server = deaf ? undefined : await LiveServer.start({ folder, log, onStop: () => { stopping = true; } });
      if (deaf) process.stdin.once('data', () => { stopping = true; });
      log.append({ type: 'status', state: 'running' });
      console.log('running');
      for (let step = 1; !stopping; step++) {
        log.append(stepBody(step));
        await new Promise((resolve) => setTimeout(resolve, step % 40));
      }
      log.append({ type: 'status', state: 'stopped', reason: 'stopped on request' });
      await server?.close();
      log.close();
      lock.release();
      process.exit();
    }
    void main(process.argv[2]!, process.argv[3] === 'deaf');
  `);
});
afterAll(() => trainer.dispose());
afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.follower.dispose();
});

class Watcher {
  events: RunEvent[] = [];
  readonly phases: string[] = [];
  state: object = {};
  restarts = 0;
  batches = 0;
  readonly follower: RunFollower;

  constructor(folder: string) {
    watchers.push(this);
    this.follower = new RunFollower(folder, {
      onEvents: (events) => {
        this.events.push(...events);
        this.batches++;
      },
      onStateChange: (state) => {
        this.state = state;
        this.phases.push(state.phase);
      },
      onRestart: () => {
        this.restarts++;
        this.events = [];
      },
    });
  }

  async reaches(phase: string): Promise<void> {
    await until(() => this.phases.at(-1) === phase);
  }
}

async function startTrainer(folder: string, ...args: string[]): Promise<RunningChild> {
  const child = trainer.start(folder, ...args);
  expect(await child.line()).toBe('running');
  return child;
}

describe('RunFollower', { timeout: 60_000 }, () => {
  test('replays, goes on live, and sees the end after a stop', async () => {
    const folder = temporaryFolder();
    const child = await startTrainer(folder);
    await until(() => readAllEvents(folder).length > 8);
    const watcher = new Watcher(folder);
    await watcher.reaches('live');
    expect(watcher.events.length).toBeGreaterThan(5);
    const { length } = watcher.events;
    await until(() => watcher.events.length > length + 20);
    await watcher.follower.requestStop();
    expect(await child.exit).toBe(0);
    await watcher.reaches('ended');
    expect(watcher.state).toEqual({ phase: 'ended', state: 'stopped', reason: 'stopped on request' });
    expect(watcher.events).toEqual(readAllEvents(folder));
    expect(watcher.phases).toEqual(['polling', 'live', 'polling', 'ended']);
  });

  test('windows that come and go each see every record once and in order', async () => {
    const folder = temporaryFolder();
    const child = await startTrainer(folder);
    const seen: Watcher[] = [];
    for (let index = 0; index < 8; index++) {
      seen.push(new Watcher(folder));
      await delay(((index * 37) % 150) + 1);
      if (index % 2 === 0) seen[index]!.follower.dispose();
    }
    await seen[7]!.reaches('live');
    await seen[7]!.follower.requestStop();
    await child.exit;
    const all = readAllEvents(folder);
    for (const [index, watcher] of seen.entries()) {
      if (index % 2 === 1) await watcher.reaches('ended');
      expect(watcher.events).toEqual(all.slice(0, index % 2 === 1 ? undefined : watcher.events.length));
    }
    expect(seen[7]!.batches).toBeLessThan(all.length);
  });

  test('a trainer that is killed has failed with its last words, and a resumed run is live again', async () => {
    const folder = temporaryFolder();
    const killed = await startTrainer(folder);
    writeFileSync(runPaths(folder).log, 'epoch 1\nstep 17\n');
    const watcher = new Watcher(folder);
    await watcher.reaches('live');
    await killed.kill();
    appendFileSync(runPaths(folder).events, '{"seq":9999,"ti');
    await watcher.reaches('ended');
    expect(watcher.state).toEqual({
      phase: 'ended',
      state: 'failed',
      reason: 'the trainer ended unexpectedly; its last words:\nepoch 1\nstep 17',
    });
    expect(watcher.events).toEqual(readAllEvents(folder));

    const resumed = await startTrainer(folder);
    await watcher.reaches('live');
    await watcher.follower.requestStop();
    await resumed.exit;
    await watcher.reaches('ended');
    expect(watcher.events).toEqual(readAllEvents(folder));
    expect(watcher.events.map(({ seq }) => seq)).toEqual(watcher.events.map((_, index) => index + 1));
  });

  test('reads the file where there is no socket', async () => {
    const folder = temporaryFolder();
    const watcher = new Watcher(folder);
    await watcher.reaches('polling');
    const child = await startTrainer(folder, 'deaf');
    await until(() => watcher.events.length > 10);
    await expect(watcher.follower.requestStop()).rejects.toMatchObject({ failure: 'no-trainer' });
    child.tell('stop');
    await child.exit;
    await watcher.reaches('ended');
    expect(watcher.events).toEqual(readAllEvents(folder));
    expect(watcher.phases).toEqual(['polling', 'ended']);
  });

  test('a run on another host is read from the file and not called dead', async () => {
    const folder = temporaryFolder();
    const { lock, trainer: address, events } = runPaths(folder);
    const elsewhere = { ...thisProcess(), host: 'elsewhere-7' };
    writeFileSync(lock, JSON.stringify({ ...elsewhere, id: 'x' }));
    writeFileSync(address, JSON.stringify({ ...elsewhere, protocolVersion: 1, address: '/x', token: 'x' }));
    writeFileSync(events, toLine({ seq: 1, time: 1, type: 'status', state: 'running' }));
    const watcher = new Watcher(folder);
    await watcher.reaches('polling');
    appendFileSync(events, toLine({ seq: 2, time: 2, ...stepBody(1) }));
    await until(() => watcher.events.length === 2);
    expect(watcher.phases).toEqual(['polling']);
    await expect(watcher.follower.requestStop()).rejects.toMatchObject({ failure: 'other-host' });
  });

  test('starts over when the run folder is made anew', async () => {
    const folder = temporaryFolder();
    const { events } = runPaths(folder);
    writeFileSync(events, [1, 2, 3].map((seq) => toLine({ seq, time: 1, ...stepBody(seq) })).join(''));
    const watcher = new Watcher(folder);
    await until(() => watcher.events.length === 3);
    rmSync(events);
    writeFileSync(events, toLine({ seq: 1, time: 7, ...stepBody(1) }));
    await until(() => watcher.events.length === 1);
    expect(watcher.restarts).toBe(1);
    expect(watcher.events[0]!.time).toBe(7);
  });

  test('keeps what it has handed out while the folder is gone, and goes on when it is back', async () => {
    const folder = temporaryFolder();
    const { events } = runPaths(folder);
    const body = { type: 'status', state: 'running' } as const;
    writeFileSync(events, toLine({ seq: 1, time: 1, ...body }) + toLine({ seq: 2, time: 2, ...stepBody(1) }));
    const watcher = new Watcher(folder);
    await watcher.reaches('ended');
    renameSync(folder, `${folder}-away`);
    await watcher.reaches('gone');
    mkdirSync(folder);
    renameSync(`${folder}-away/events.jsonl`, events);
    appendFileSync(events, toLine({ seq: 3, time: 3, ...stepBody(2) }));
    await until(() => watcher.events.length === 3);
    expect(watcher.restarts).toBe(0);
    expect(watcher.phases.filter((phase) => phase === 'gone')).toHaveLength(1);
  });

  test('says when the records cannot be read', async () => {
    const folder = temporaryFolder();
    const watcher = new Watcher(`${folder}/events-is-a-file`);
    await watcher.reaches('gone');
    writeFileSync(`${folder}/events-is-a-file`, '');
    await watcher.reaches('unreadable');
  });
});
