import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { thisProcess } from '../../../common/run/process-identity';
import { runPaths } from '../../../common/run/run-folder';
import { changeRunNotes, noNotes } from '../../../common/run/run-notes';
import { keptRecordsFile } from '../../../common/study/kept-records';
import { RunRecordReader } from '../../../common/study/run-record-reader';
import { type RowReading, RunRows } from '../../../common/study/run-rows';
import { toLine } from '../run/arbitrary-events';
import { temporaryFolders } from '../temporary-folder';
import { epochBodies, finished, makeStudyRun, running, writeRecords } from './study-runs';

const temporaryFolder = temporaryFolders();
let read: MockInstance<RunRecordReader['read']>;

/** Ten seconds later: what was written before has settled. */
function later(): void {
  vi.spyOn(Date, 'now').mockReturnValue(performance.timeOrigin + performance.now() + 10_000);
}

async function rowsOf(runsFolder: string, rows = new RunRows(), reading?: RowReading) {
  const all = await rows.readAll(runsFolder, reading);
  return Object.fromEntries(all.map((row) => [row.id, row]));
}

beforeEach(() => {
  read = vi.spyOn(RunRecordReader.prototype, 'read');
});
afterEach(() => void vi.restoreAllMocks());

describe('a row', () => {
  test('has the best and the last of what was measured', async () => {
    const runs = temporaryFolder();
    makeStudyRun(runs, 'a', {
      experiment: { name: 'cats', seed: 3, training: { epochs: 3 } },
      bodies: [
        running,
        ...epochBodies(1, 0.5),
        ...epochBodies(2, 0.8),
        ...epochBodies(3, 0.8, 0.25),
        {
          type: 'localisation',
          epoch: 3,
          step: 6,
          images: 4,
          withRegion: 4,
          main: { pointing: 0.75, energy: 0.5, area: 0.1 },
          agreement: 0.3,
        },
        finished,
      ],
    });
    const { a } = await rowsOf(runs);
    expect(a).toMatchObject({
      folder: join(runs, 'a'),
      label: 'a',
      notes: noNotes,
      state: 'finished',
      variant: 'mixprop',
      cost: { epoch: 2, total: 6 },
      epoch: 3,
      finishedEpochs: 3,
      totalEpochs: 3,
      step: 6,
      totalSteps: 6,
      best: { epoch: 2, main: { top1: 0.8, top5: 0.9, loss: 0.5 }, aux: { top1: 0.4 } },
      last: { epoch: 3, main: { top1: 0.8, loss: 0.25 } },
      bestAuxTop1: 0.4,
      lastLoss: 0.25,
      trainLoss: 0.25,
      seconds: { training: 30, validation: 6 },
      startedAt: 1000,
      updatedAt: 12_000,
      localisation: { epoch: 3, main: { pointing: 0.75, energy: 0.5 }, agreement: 0.3 },
      furtherProblems: [],
    });
    expect(a!.settings).toMatchObject({ name: 'cats', seed: 3, 'method.type': 'mixprop' });
    expect(a!.problem).toBeUndefined();
  });

  test('leaves out what a resumed run has done again', async () => {
    const runs = temporaryFolder();
    const resumed = { ...running, fromStep: 3 };
    makeStudyRun(runs, 'a', {
      bodies: [running, ...epochBodies(1, 0.5), ...epochBodies(2, 0.9), resumed, ...epochBodies(2, 0.6), finished],
    });
    const { a } = await rowsOf(runs);
    expect(a).toMatchObject({ finishedEpochs: 2, best: { main: { top1: 0.6 } }, seconds: { training: 20 } });
  });

  test('of a run that diverged has null where nothing finite was measured', async () => {
    const runs = temporaryFolder();
    const nan = epochBodies(2, 0.1, Number.NaN);
    makeStudyRun(runs, 'a', { bodies: [running, ...epochBodies(1, 0.5), ...nan] });
    const { a } = await rowsOf(runs);
    expect(a).toMatchObject({ lastLoss: null, trainLoss: null, best: { epoch: 1 }, last: { main: { loss: null } } });
    expect(JSON.parse(JSON.stringify(a))).toEqual(a);
  });

  test('of a run without epochs, or with nothing but an experiment, has what there is', async () => {
    const runs = temporaryFolder();
    makeStudyRun(runs, 'begun', { bodies: [running, ...epochBodies(1, 0.5).slice(0, 1)] });
    rmSync(runPaths(makeStudyRun(runs, 'bare')).events);
    const { begun, bare } = await rowsOf(runs);
    expect(begun).toMatchObject({ state: 'failed', reason: 'the trainer ended unexpectedly', step: 1 });
    expect(begun).not.toHaveProperty('best');
    expect(bare).toMatchObject({ state: 'queued', step: 0, finishedEpochs: 0 });
    expect(bare!.problem).toBeUndefined();
  });

  test('of a damaged run says what is wrong, and has the rest', async () => {
    const runs = temporaryFolder();
    const folder = makeStudyRun(runs, 'a', { bodies: [running, ...epochBodies(1, 0.5), finished] });
    const lines = readFileSync(runPaths(folder).events, 'utf8').split('\n');
    writeFileSync(runPaths(folder).events, lines.toSpliced(1, 1).join('\n'));
    writeFileSync(runPaths(folder).experiment, '{"seed": 7, "method": {"type": "later"}, "new": {"field": true}}');
    mkdirSync(runPaths(folder).evaluations);
    writeFileSync(join(runPaths(folder).evaluations, 'x.json'), '{}');
    writeFileSync(runPaths(folder).notes, '{"format": 1, "tags": 3}');
    const { a } = await rowsOf(runs);
    expect(a!.problem).toContain('experiment.json is damaged or from another version');
    expect(a!.settings).toEqual({ seed: 7, 'method.type': 'later', 'new.field': true });
    expect(a).toMatchObject({ state: 'finished', best: { main: { top1: 0.5 } }, notes: noNotes });
    expect(a).not.toHaveProperty('variant');
    expect(a!.furtherProblems).toEqual([
      expect.stringContaining('x.json is '),
      expect.stringContaining('notes.json is damaged: tags'),
    ]);
  });

  test('of an experiment of an earlier version has the fields that have come since', async () => {
    const runs = temporaryFolder();
    const folder = makeStudyRun(runs, 'a', { bodies: [running, finished] });
    const { loading: _, head: __, ...earlier } = JSON.parse(readFileSync(runPaths(folder).experiment, 'utf8'));
    writeFileSync(runPaths(folder).experiment, JSON.stringify(earlier));
    const { a } = await rowsOf(runs);
    expect(a!.settings).toHaveProperty(['loading.cacheGiB']);
  });

  test('is told from others of the same id', async () => {
    const folder = temporaryFolder();
    const [a, b] = ['x', 'y'].map((name) => makeStudyRun(join(folder, name), 'small-1'));
    const rows = await new RunRows().read([a!, b!]);
    expect(rows.map(({ label }) => label)).toEqual(['small-1 (x)', 'small-1 (y)']);
  });
});

describe('rows that are read again', () => {
  const bodies = [running, ...epochBodies(1, 0.5), finished];

  test('are those of runs that have changed', async () => {
    const runs = temporaryFolder();
    for (const id of ['a', 'b', 'c']) makeStudyRun(runs, id, { bodies });
    later();
    const rows = new RunRows();
    const first = await rowsOf(runs, rows);
    expect(read).toHaveBeenCalledTimes(3);
    expect(await rowsOf(runs, rows)).toEqual(first);
    expect(read).toHaveBeenCalledTimes(3);
    appendFileSync(runPaths(join(runs, 'b')).events, toLine({ seq: 6, time: 9000, type: 'status', state: 'stopped' }));
    later();
    expect((await rowsOf(runs, rows)).b!.state).toBe('stopped');
    expect(read).toHaveBeenCalledTimes(4);
  });

  test('are read from the file beside the runs in another process', async () => {
    const runs = temporaryFolder();
    for (const id of ['a', '__proto__']) makeStudyRun(runs, id, { bodies });
    later();
    const first = await new RunRows().readAll(runs);
    const onProgress = vi.fn();
    expect(await new RunRows().readAll(runs, { onProgress })).toEqual(first);
    expect(read).toHaveBeenCalledTimes(2);
    expect(onProgress).not.toHaveBeenCalled();
  });

  test.each<[string, (folder: string) => void]>([
    ['the experiment', (folder) => replaceText(runPaths(folder).experiment, '"seed":1', '"seed":2')],
    ['the records, though as long as before', (folder) => replaceText(runPaths(folder).events, '0.5', '0.6')],
    ['the environment', (folder) => writeFileSync(runPaths(folder).environment, '{"baseFolder": "/"}')],
    ['an evaluation', (folder) => writeFileSync(join(runPaths(folder).evaluations, 'x.json'), '{} ')],
  ])('have changed with %s', async (_, change) => {
    const runs = temporaryFolder();
    const folder = makeStudyRun(runs, 'a', { bodies });
    mkdirSync(runPaths(folder).evaluations);
    writeFileSync(join(runPaths(folder).evaluations, 'x.json'), '{}');
    later();
    await new RunRows().readAll(runs);
    await new Promise((resolve) => setTimeout(resolve, 20));
    change(folder);
    later();
    await new RunRows().readAll(runs);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('are those of files so young that their times may not tell of the next change', async () => {
    const runs = temporaryFolder();
    makeStudyRun(runs, 'a', { bodies });
    const rows = new RunRows();
    await rows.readAll(runs);
    await rows.readAll(runs);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('forget runs that are gone', async () => {
    const runs = temporaryFolder();
    for (const id of ['a', 'b']) makeStudyRun(runs, id, { bodies });
    later();
    await new RunRows().readAll(runs);
    rmSync(join(runs, 'a'), { recursive: true });
    expect(Object.keys(await rowsOf(runs))).toEqual(['b']);
    expect(readFileSync(keptRecordsFile(runs), 'utf8')).not.toContain('"id":"a"');
  });

  test.each([['{'], ['{"format":1,"runs":[{"id":"a"}]}'], ['{"format":2,"runs":[]}']])(
    'are all of them where the file beside the runs holds %s',
    async (text) => {
      const runs = temporaryFolder();
      makeStudyRun(runs, 'a', { bodies });
      later();
      writeFileSync(keptRecordsFile(runs), text);
      expect((await rowsOf(runs)).a).toMatchObject({ state: 'finished' });
      await new RunRows().readAll(runs);
      expect(read).toHaveBeenCalledTimes(1);
    },
  );

  test('have the notes and the state as they are now', async () => {
    const runs = temporaryFolder();
    const folder = makeStudyRun(runs, 'a', { bodies: bodies.slice(0, -1) });
    writeFileSync(runPaths(folder).lock, JSON.stringify({ ...thisProcess(), id: 'x' }));
    later();
    const rows = new RunRows();
    expect((await rowsOf(runs, rows)).a).toMatchObject({ state: 'running', step: 2 });
    expect(statSync(keptRecordsFile(runs), { throwIfNoEntry: false })).toBeUndefined();
    changeRunNotes(folder, { name: 'Ä, "b"', star: true });
    rmSync(runPaths(folder).lock);
    const { a } = await rowsOf(runs, rows);
    expect(a).toMatchObject({ state: 'failed', notes: { name: 'Ä, "b"', star: true } });
  });

  test('of a run at work go on where its records ended', async () => {
    const runs = temporaryFolder();
    const folder = makeStudyRun(runs, 'a', { bodies: [running, ...epochBodies(1, 0.5)] });
    writeFileSync(runPaths(folder).lock, JSON.stringify({ ...thisProcess(), id: 'x' }));
    const rows = new RunRows();
    await rows.readAll(runs);
    const more = epochBodies(2, 0.7).map((body, index) => toLine({ seq: 5 + index, time: 7000, ...body }));
    appendFileSync(runPaths(folder).events, more.join(''));
    const next = (await rowsOf(runs, rows)).a!;
    expect(next).toMatchObject({ best: { epoch: 2 }, finishedEpochs: 2, step: 4 });
    expect(next.problem).toBeUndefined();
    expect(new Set(read.mock.contexts).size).toBe(1);
    writeRecords(folder, [running, ...epochBodies(1, 0.2)]);
    expect((await rowsOf(runs, rows)).a).toMatchObject({ best: { main: { top1: 0.2 } }, finishedEpochs: 1 });
  });

  test('stop when they are told to', async () => {
    const runs = temporaryFolder();
    makeStudyRun(runs, 'a', { bodies });
    const stop = AbortSignal.abort();
    await expect(new RunRows().readAll(runs, { signal: stop })).rejects.toThrow('aborted');
  });
});

function replaceText(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}
