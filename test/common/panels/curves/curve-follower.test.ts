import { appendFileSync, existsSync, mkdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { curveIndexFile, readCurveIndex } from '../../../../common/panels/curves/curve-index';
import { readAllEvents } from '../../../../common/run/event-reader';
import type { RunEvent } from '../../../../common/run/events';
import { runPaths } from '../../../../common/run/run-folder';
import { until } from '../../../until';
import { toLine } from '../../run/arbitrary-events';
import { temporaryFolders } from '../../temporary-folder';
import { follow, newModel, steps, text } from './curve-following';

const temporaryFolder = temporaryFolders();
const curvesOf = (events: readonly RunEvent[]) => {
  const model = newModel();
  for (const event of events) model.add(event);
  return model.hydrate();
};

describe('CurveFollower', { timeout: 60_000 }, () => {
  test('a long run is indexed, later read from there, and the index goes on where the records do', async () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    writeFileSync(file, text(steps(1, 5000)));
    const { follower: first } = follow(folder);
    await first.replayed;
    await until(() => existsSync(curveIndexFile(folder)));
    expect((await readCurveIndex(folder))?.seq).toBe(5000);
    appendFileSync(file, text(steps(5001, 9000)));
    // A resumption makes the last steps void, those in the index too.
    const resumed: RunEvent = { seq: 9001, time: 5, type: 'status', state: 'stopped', fromStep: 4000 };
    appendFileSync(file, toLine(resumed) + text(steps(4000, 9500, 5002)));
    const { follower: second } = follow(folder);
    await second.replayed;
    await until(async () => ((await readCurveIndex(folder))?.seq ?? 0) === 14_502);
    const { follower: third } = follow(folder);
    await third.replayed;
    const expected = curvesOf(readAllEvents(folder));
    expect(expected.steps.step).toHaveLength(9500);
    expect(second.model.hydrate()).toEqual(expected);
    expect(third.model.hydrate()).toEqual(expected);
  });

  test('measures of localisation come through the index, live and after a resumption', async () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    const looked = (seq: number, epoch: number, step: number, area: number): RunEvent => {
      const main = { pointing: 0.5, energy: 0.3, area, regions: 1 };
      return { seq, time: seq, type: 'localisation', epoch, step, images: 8, withRegion: 8, main };
    };
    writeFileSync(file, text([...steps(1, 2500), looked(2501, 1, 2500, 0.5), ...steps(2501, 5000, 1)]));
    appendFileSync(file, toLine(looked(5002, 2, 5000, 0.4)));
    const { follower: first } = follow(folder);
    await first.replayed;
    await until(() => existsSync(curveIndexFile(folder)));
    expect((await readCurveIndex(folder))?.localisation).toMatchObject({ epoch: [1, 2], mainArea: [0.5, 0.4] });

    const { follower, seen } = follow(folder);
    await follower.replayed;
    expect(follower.model.hydrate().localisation).toEqual(first.model.hydrate().localisation);
    // Epoch 2 is trained again: what was measured after it is void, from the index as from anywhere.
    appendFileSync(file, toLine({ seq: 5003, time: 9, type: 'status', state: 'stopped', fromStep: 4000 }));
    await until(() => seen.more > 0);
    expect(follower.model.take()).toMatchObject({ truncateFromStep: 4000, localisation: { epoch: [] } });
    expect(follower.model.snapshot().localisation).toMatchObject({ epoch: [1], mainArea: [0.5] });
    appendFileSync(file, toLine(looked(5004, 2, 5000, 0.35)));
    await until(() => follower.model.snapshot().localisation.epoch.length === 2);
    expect(follower.model.take()?.localisation).toMatchObject({ epoch: [2], step: [5000], mainArea: [0.35] });
    expect(follower.model.hydrate()).toEqual(curvesOf(readAllEvents(folder)));
  });

  test('a short run needs no index, and any nonsense in its place is ignored', async () => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).events, text(steps(1, 10)));
    writeFileSync(curveIndexFile(folder), 'nonsense');
    const { follower } = follow(folder);
    await follower.replayed;
    expect(follower.model.hydrate().steps.step).toHaveLength(10);
    await delay(50);
    expect(statSync(curveIndexFile(folder)).size).toBe(8);
  });

  test('what is appended, torn, replaced or removed is followed', async () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    const half = toLine(steps(4, 4)[0]!);
    writeFileSync(file, text(steps(1, 3)) + half.slice(0, 30));
    const { follower, seen } = follow(folder);
    await follower.replayed;
    expect(follower.model.hydrate().steps.step).toEqual([1, 2, 3]);
    expect(seen.more).toBe(0);
    appendFileSync(file, half.slice(30));
    await until(() => seen.more > 0);
    expect(follower.model.take()?.steps.step).toEqual([4]);
    truncateSync(file, 20);
    await until(() => seen.restarts === 1);
    expect(follower.model.hydrate().steps.step).toEqual([]);
    writeFileSync(file, text(steps(1, 2)));
    await until(() => follower.model.header.step === 2);
    const { restarts } = seen;
    renameSync(folder, `${folder}-gone`);
    await until(() => follower.isGone);
    expect(follower.model.hydrate().steps.step).toEqual([1, 2]);
    renameSync(`${folder}-gone`, folder);
    appendFileSync(file, text(steps(3, 3)));
    await until(() => follower.model.header.step === 3 && !follower.isGone);
    expect([follower.problem, seen.restarts]).toEqual([undefined, restarts]);
    renameSync(folder, `${folder}-gone`);
    await until(() => follower.isGone);
    mkdirSync(folder);
    writeFileSync(file, text(steps(1, 1).map((step) => ({ ...step, time: 7 }))));
    await until(() => seen.restarts > restarts);
    await until(() => follower.model.header.step === 1);
  });

  test('a trainer that died without a word has failed', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      runPaths(folder).events,
      toLine({ seq: 1, time: 1, type: 'status', state: 'running', totalSteps: 7 }),
    );
    writeFileSync(runPaths(folder).log, 'out of memory\n');
    const { follower } = follow(folder);
    await follower.replayed;
    expect(follower.model.header).toMatchObject({ state: 'failed', totalSteps: 7 });
    expect(follower.model.header.reason).toContain('out of memory');
  });
});

describe('event files that are no good', { timeout: 60_000 }, () => {
  test('an empty or missing one is a run without curves', async () => {
    for (const content of [undefined, '']) {
      const folder = temporaryFolder();
      if (content !== undefined) writeFileSync(runPaths(folder).events, content);
      const { follower } = follow(folder);
      await follower.replayed;
      expect(follower.problem).toBeUndefined();
      expect(follower.model.header).toMatchObject({ state: 'queued', step: 0 });
    }
  });

  test('one without a single record, or that cannot be read, is named as unreadable with the reason', async () => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).events, Buffer.alloc(3_000_000, `${'junk'.repeat(249)}...\n`));
    const { follower } = follow(folder);
    await follower.replayed;
    expect(follower.problem).toBe(
      'events.jsonl holds no records, but 3000 lines that are damaged or from a later version of MixProp Studio',
    );
    const other = temporaryFolder();
    mkdirSync(runPaths(other).events);
    const { follower: unreadable } = follow(other);
    await unreadable.replayed;
    expect(unreadable.problem).toMatch(/^events\.jsonl cannot be read: .*EISDIR/);
  });

  test('damage between records costs the damaged lines alone', async () => {
    const folder = temporaryFolder();
    const lines = steps(1, 400).map(toLine);
    lines[100] = lines[100]!.slice(0, 40);
    lines[200] = '\u0000\u0000\u0000\n';
    lines[300] = '{"seq":301,"time":1,"type":"step"}\n';
    writeFileSync(runPaths(folder).events, lines.join(''));
    const { follower } = follow(folder);
    await follower.replayed;
    expect(follower.problem).toBeUndefined();
    // The line that lost its newline takes the next one with it.
    expect(follower.model.hydrate().steps.step).toHaveLength(400 - 4);
  });
});
