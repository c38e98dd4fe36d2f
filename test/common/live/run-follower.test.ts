import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { askTrainer } from '../../../common/live/live-client';
import { type FollowerStart, RunFollower } from '../../../common/live/run-follower';
import { EventReader, readAllEvents } from '../../../common/run/event-reader';
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
  // Writes a record every few milliseconds until it is asked to stop, as a trainer does.
  trainer = await ChildProgram.build(`
    import { EventLog } from '../../../common/run/event-log';
    import { LiveServer } from '../../../common/live/live-server';
    import { acquireRunLock } from '../../../common/run/run-lock';
    import { stepBody } from '../run/arbitrary-events';

    async function main(folder: string) {
      const lock = acquireRunLock(folder);
      const log = EventLog.open(folder);
      let stopping = false;
      const server = await LiveServer.start({ folder, onStop: () => { stopping = true; } });
      log.append({ type: 'status', state: 'running' });
      console.log('running');
      for (let step = 1; !stopping; step++) {
        log.append(stepBody(step));
        await new Promise((resolve) => setTimeout(resolve, step % 40));
      }
      log.append({ type: 'status', state: 'stopped', reason: 'stopped on request' });
      await server.close();
      log.close();
      lock.release();
      process.exit();
    }
    void main(process.argv[2]!);
  `);
});
afterAll(() => trainer.dispose());
afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.follower.dispose();
});

const requestStop = (folder: string) => askTrainer(folder, (connection) => connection.request('stop', {}));

class Watcher {
  events: RunEvent[] = [];
  readonly phases: string[] = [];
  state: object = {};
  restarts = 0;
  batches = 0;
  readonly follower: RunFollower;

  constructor(folder: string, start?: FollowerStart) {
    watchers.push(this);
    this.follower = new RunFollower(
      folder,
      {
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
      },
      start,
    );
  }

  async reaches(phase: string): Promise<void> {
    await until(() => this.phases.at(-1) === phase);
  }
}

async function startTrainer(folder: string): Promise<RunningChild> {
  const child = trainer.start(folder);
  expect(await child.line()).toBe('running');
  return child;
}

describe('RunFollower', { timeout: 60_000 }, () => {
  test('replays, goes on live, and sees the end after a stop', async () => {
    const folder = temporaryFolder();
    const child = await startTrainer(folder);
    await until(() => readAllEvents(folder).length > 8);
    const watcher = new Watcher(folder);
    await watcher.reaches('following');
    expect(watcher.events.length).toBeGreaterThan(5);
    const { length } = watcher.events;
    await until(() => watcher.events.length > length + 20);
    await requestStop(folder);
    expect(await child.exit).toBe(0);
    await watcher.reaches('ended');
    expect(watcher.state).toEqual({ phase: 'ended', state: 'stopped', reason: 'stopped on request' });
    expect(watcher.events).toEqual(readAllEvents(folder));
    expect(watcher.phases).toEqual(['following', 'ended']);
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
    await seen[7]!.reaches('following');
    await requestStop(folder);
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
    await watcher.reaches('following');
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
    await watcher.reaches('following');
    await requestStop(folder);
    await resumed.exit;
    await watcher.reaches('ended');
    expect(watcher.events).toEqual(readAllEvents(folder));
    expect(watcher.events.map(({ seq }) => seq)).toEqual(watcher.events.map((_, index) => index + 1));
  });

  test('a run is followed before its trainer starts', async () => {
    const folder = temporaryFolder();
    const watcher = new Watcher(folder);
    await watcher.reaches('following');
    expect(watcher.state).toEqual({ phase: 'following', trainer: 'gone' });
    const child = await startTrainer(folder);
    await until(() => watcher.events.length > 10);
    expect(watcher.state).toEqual({ phase: 'following', trainer: 'alive' });
    await requestStop(folder);
    await child.exit;
    await watcher.reaches('ended');
    expect(watcher.events).toEqual(readAllEvents(folder));
  });

  test('is read once for all, whenever they come and wherever they begin', async () => {
    const folder = temporaryFolder();
    const { events } = runPaths(folder);
    const record = (seq: number) => toLine({ seq, time: seq, ...stepBody(seq) });
    const status = { state: 'running' } as const;
    writeFileSync(runPaths(folder).lock, JSON.stringify({ ...thisProcess(), id: 'x' }));
    writeFileSync(events, toLine({ seq: 1, time: 1, type: 'status', ...status }) + [2, 3, 4].map(record).join(''));
    const first = new Watcher(folder);
    await first.reaches('following');
    appendFileSync(events, record(5));
    const second = new Watcher(folder);
    const offset = readFileSync(events).indexOf(record(4));
    const third = new Watcher(folder, { offset, seq: 3, status });
    await second.reaches('following');
    await third.reaches('following');
    const polled = vi.spyOn(EventReader.prototype, 'pollChunk');
    appendFileSync(events, record(6));
    const seqs = () => [first, second, third].map((watcher) => watcher.events.map(({ seq }) => seq));
    await expect.poll(seqs).toEqual([
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
      [4, 5, 6],
    ]);
    expect(new Set(polled.mock.contexts).size).toBe(1);
    polled.mockRestore();
    first.follower.dispose();
    appendFileSync(events, record(7));
    await until(() => third.events.length === 4);
    expect(seqs().map(({ length }) => length)).toEqual([6, 7, 4]);
    // What one of them began behind is no longer there: all begin anew.
    writeFileSync(events, record(1));
    await until(() => third.restarts === 1 && third.events.length === 1);
    expect([second.restarts, second.events.length]).toEqual([1, 1]);
  });

  test('a run on another host is read from the file and not called dead', async () => {
    const folder = temporaryFolder();
    const { lock, trainer: address, events } = runPaths(folder);
    const elsewhere = { ...thisProcess(), host: 'elsewhere-7' };
    writeFileSync(lock, JSON.stringify({ ...elsewhere, id: 'x' }));
    writeFileSync(address, JSON.stringify({ ...elsewhere, protocolVersion: 1, address: '/x', token: 'x' }));
    writeFileSync(events, toLine({ seq: 1, time: 1, type: 'status', state: 'running' }));
    const watcher = new Watcher(folder);
    await watcher.reaches('following');
    appendFileSync(events, toLine({ seq: 2, time: 2, ...stepBody(1) }));
    await until(() => watcher.events.length === 2);
    expect(watcher.phases).toEqual(['following']);
    await expect(requestStop(folder)).rejects.toMatchObject({ failure: 'other-host' });
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
