import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import type { RunEventBody } from '../../../common/run/events';
import { thisProcess } from '../../../common/run/process-identity';
import { readRunSummary } from '../../../common/run/read-run-summary';
import { runPaths } from '../../../common/run/run-folder';
import { readRunInfo } from '../../../common/run/run-info';
import { temporaryFolders } from '../temporary-folder';
import { stepBody, toLine } from './arbitrary-events';

const temporaryFolder = temporaryFolders();

const experiment = JSON.stringify(experimentSchema.parse({ name: 'cats', dataset: { type: 'shapes' } }));
const running: RunEventBody = { type: 'status', state: 'running', totalSteps: 90, totalEpochs: 3 };

interface Contents {
  experiment?: string;
  bodies?: RunEventBody[];
  lock?: object;
  log?: string;
}

function makeRun(runsFolder: string, runId: string, contents: Contents = {}): string {
  const folder = join(runsFolder, runId);
  const paths = runPaths(folder);
  mkdirSync(folder);
  writeFileSync(paths.experiment, contents.experiment ?? experiment);
  const lines = contents.bodies?.map((body, index) => toLine({ seq: index + 1, time: 5000 + index, ...body }));
  if (lines !== undefined) writeFileSync(paths.events, lines.join(''));
  if (contents.lock !== undefined) writeFileSync(paths.lock, JSON.stringify({ ...contents.lock, id: 'x' }));
  if (contents.log !== undefined) writeFileSync(paths.log, contents.log);
  return folder;
}

test('readRunInfo says what is damaged', () => {
  const runs = temporaryFolder();
  const info = (id: string, contents = {}) => readRunInfo(makeRun(runs, id, contents));
  const brokenField = { experiment: experiment.replace('"epochs":30', '"epochs":"many"') };
  expect(info('broken-field', brokenField).problem).toMatch(/experiment\.json is damaged.*training\.epochs/);
  expect(info('broken-json', { experiment: '{' }).problem).toMatch(/experiment\.json cannot be read/);
  expect(info('cats-9').experiment?.name).toBe('cats');
});

describe('readRunSummary', () => {
  test('a run that a living trainer works on is running', async () => {
    const folder = makeRun(temporaryFolder(), 'r', { bodies: [running, stepBody(1)], lock: thisProcess() });
    expect(await readRunSummary(folder)).toMatchObject({ runId: 'r', state: 'running', step: 1, totalSteps: 90 });
  });

  test('a run whose trainer was killed has failed, with its last words', async () => {
    const log = `\u001b[31mstep 3\u001b[0m\n\n${'old\rnew '.repeat(2)}\r\nError: out of memory\n\n`;
    const lock = { ...thisProcess(), pid: 2 ** 30 };
    const folder = makeRun(temporaryFolder(), 'r', { bodies: [running, stepBody(1)], lock, log });
    expect(await readRunSummary(folder)).toMatchObject({
      state: 'failed',
      step: 1,
      reason: 'the trainer ended unexpectedly; its last words:\nstep 3\nnew\nError: out of memory',
    });
  });

  test('a trainer that was killed before the first step has failed; a run that waits for its first trainer has not', async () => {
    const runs = temporaryFolder();
    const bodies: RunEventBody[] = [{ type: 'status', state: 'queued' }];
    const killed = makeRun(runs, 'killed', { bodies, lock: { ...thisProcess(), pid: 2 ** 30 } });
    expect(await readRunSummary(killed)).toMatchObject({ state: 'failed', reason: 'the trainer ended unexpectedly' });
    expect(await readRunSummary(makeRun(runs, 'waiting', { bodies }))).toMatchObject({ state: 'queued' });
  });

  test('a run that says how it ended is believed', async () => {
    const bodies: RunEventBody[] = [running, { type: 'status', state: 'stopped', reason: 'stopped on request' }];
    const folder = makeRun(temporaryFolder(), 'r', { bodies, log: 'noise' });
    expect(await readRunSummary(folder)).toMatchObject({ state: 'stopped', reason: 'stopped on request' });
  });

  test('a run on another host is left as it says', async () => {
    const lock = { host: 'elsewhere-7', pid: 1, startTime: 0 };
    const folder = makeRun(temporaryFolder(), 'r', { bodies: [running], lock });
    expect(await readRunSummary(folder)).toMatchObject({ state: 'running' });
  });

  test('damaged contents are reported', async () => {
    const runs = temporaryFolder();
    const broken = makeRun(runs, 'broken', { experiment: '{', bodies: [running, stepBody(1)], lock: thisProcess() });
    expect(await readRunSummary(broken)).toMatchObject({
      name: 'broken',
      state: 'running',
      step: 1,
      problem: expect.stringContaining('experiment.json'),
    });
    const noFile = makeRun(runs, 'no-file');
    mkdirSync(runPaths(noFile).events);
    expect(await readRunSummary(noFile)).toMatchObject({
      state: 'queued',
      problem: expect.stringContaining('events.jsonl cannot be read'),
    });
  });

  const finished: RunEventBody[] = [running, stepBody(1), stepBody(2), { type: 'status', state: 'finished' }];
  const part = /^{.*\n/gm;
  test.each<[string, (text: string) => string, string | undefined]>([
    ['nothing', (text) => text, undefined],
    ['a line torn by a kill', (text) => text.replace('\n', '\n{"seq":2,"ti\n'), undefined],
    ['a record of a later version', (text) => `${text}{"seq":5,"time":1,"type":"dream"}\n`, undefined],
    ['a record', (text) => text.match(part)!.toSpliced(2, 1).join(''), 'events.jsonl lacks 1 record'],
    ['the beginning', (text) => text.match(part)!.slice(2).join(''), 'events.jsonl lacks 2 records'],
    ['a line', (text) => text.match(part)!.with(1, 'x\0y\n').join(''), 'events.jsonl lacks 1 record'],
    ['the end', (text) => text.match(part)!.with(3, '<html>\n').join(''), 'ends with a line that is damaged'],
    ['all lines', () => '<html>\n<p>\n', 'holds no records, but 2 lines that are damaged'],
    ['all, without a line', () => '\x89PNG', 'holds no records, but a part of a line'],
  ])('%s is damaged or missing', async (_, damage, problem) => {
    const folder = makeRun(temporaryFolder(), 'r', { bodies: finished });
    const { events } = runPaths(folder);
    writeFileSync(events, damage(readFileSync(events, 'utf8')));
    const summary = await readRunSummary(folder);
    if (problem === undefined) expect(summary.problem).toBeUndefined();
    else expect(summary.problem).toContain(problem);
  });

  test('a run with a checkpoint and without records is not merely queued', async () => {
    const folder = makeRun(temporaryFolder(), 'r', { bodies: [] });
    expect((await readRunSummary(folder)).problem).toBeUndefined();
    mkdirSync(runPaths(folder).checkpoints);
    writeFileSync(join(runPaths(folder).checkpoints, 'last.safetensors'), '');
    expect((await readRunSummary(folder)).problem).toContain('events.jsonl is missing or empty');
  });
});
