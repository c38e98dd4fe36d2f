import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runPaths } from '../../../../common/run/run-folder';
import { CurvesPanel, type CurvesPanelHost } from '../../../../extension/panels/curves/curves-panel';
import { temporaryFolders } from '../../../common/temporary-folder';
import { writeRun } from '../../../trainer/report/report-fixture';
import { newEditors } from '../../fake-vscode';
import { FakePage, FakeRunPanelHost } from '../panel-host';

newEditors();
const newFolder = temporaryFolders();
let page: FakePage;
let panel: CurvesPanel | undefined;
let stored: Map<string, unknown>;
const opened: unknown[][] = [];

beforeEach(() => {
  page = new FakePage();
  stored = new Map();
  opened.length = 0;
});
afterEach(() => panel?.dispose());

function show(...folders: string[]): void {
  const host: CurvesPanelHost = {
    ...new FakeRunPanelHost().host,
    workspaceState: {
      get: (key: string) => stored.get(key),
      update: async (key: string, value: unknown) => void stored.set(key, value),
    } as unknown as CurvesPanelHost['workspaceState'],
    openEpoch: (...place) => opened.push(place),
  };
  panel = new CurvesPanel(page.panel, folders, host);
}

async function hydrated(): Promise<void> {
  page.begin();
  await expect.poll(() => page.ofType('hydrate')).toHaveLength(1);
}

/** The number of steps of a run in a message `hydrate`. */
const stepsOf = (message: object | undefined, run = 0): number | undefined =>
  (message as { runs: { steps: { step: number[] } }[] } | undefined)?.runs[run]?.steps.step.length;

/** Steps behind those that a run has. */
function train(folder: string, from: number, to: number): void {
  const lines = Array.from({ length: to - from + 1 }, (_, index) => {
    const step = from + index;
    const values = { epoch: 5, learningRate: 0.1, loss: { total: 1, main: 1 }, imagesPerSecond: 9 };
    return { seq: 1000 + step, time: step, type: 'step', step, ...values };
  });
  appendFileSync(runPaths(folder).events, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

test('a short run is hydrated as a whole; its next steps follow', async () => {
  const folder = writeRun(newFolder(), 'small-1', { end: 'running' });
  show(folder);
  // A run that takes long to read is announced first.
  await expect
    .poll(() => {
      page.begin();
      return stepsOf(page.ofType('hydrate').at(-1));
    })
    .toBe(20);
  expect(page.ofType('hydrate').at(-1)).toMatchObject({ version: 1, runs: [{ header: { runKey: folder } }] });
  train(folder, 21, 22);
  await expect.poll(() => page.ofType('append').at(-1)).toMatchObject({ steps: { step: [21, 22] } });
});

test('a long run follows its announcement, and is told to be complete then', async () => {
  const folders = ['short-1', 'long-1'].map((name) => writeRun(newFolder(), name));
  train(folders[1]!, 21, 5000);
  show(...folders);
  await hydrated();
  await expect.poll(() => page.ofType('progress').at(-1)).toMatchObject({ complete: 2, total: 2 });
  expect(page.ofType('progress')[0]!.complete).toBeLessThan(2);
  expect(stepsOf(page.ofType('hydrate')[0], 1)).toBe(0);
  const types = page.fake.posted.map(({ type }) => type);
  expect([types[0], types.at(-1)]).toEqual(['hydrate', 'progress']);
  expect(page.ofType('append').at(-1)).toMatchObject({ header: { runKey: folders[1] } });
});

test('a panel that is hidden while a run is sent gets no more of it, and all of it when it is back', async () => {
  const folder = writeRun(newFolder(), 'long-1');
  train(folder, 21, 5000);
  show(folder);
  const { fake } = page;
  const post = fake.webview.postMessage;
  const attempted: string[] = [];
  fake.webview.postMessage = async (message) => {
    attempted.push(message.type);
    const posted = post(message);
    if (message.type === 'progress') fake.setVisible(false);
    return posted;
  };
  await hydrated();
  await (panel as unknown as { shown: { replayed: Promise<void> }[] }).shown[0]!.replayed;
  await setImmediate();
  expect(attempted).toEqual(['hydrate', 'progress']);
  fake.webview.postMessage = post;
  fake.setVisible(true);
  page.begin();
  await expect.poll(() => page.ofType('append')).toHaveLength(1);
  await expect.poll(() => page.ofType('progress').at(-1)).toMatchObject({ complete: 1 });
});

test('records that cannot be read are told', async () => {
  const folder = writeRun(newFolder(), 'small-1');
  rmSync(runPaths(folder).events);
  mkdirSync(runPaths(folder).events);
  show(folder);
  await hydrated();
  await expect
    .poll(() => page.ofType('unreadable'))
    .toMatchObject([{ runKey: folder, message: expect.stringContaining('events.jsonl cannot be read') }]);
});

test('what the person chose is kept for the next panel; epochs are opened of the panel’s runs alone', async () => {
  const folder = writeRun(newFolder(), 'small-1');
  show(folder);
  page.fake.send({ type: 'choices', choices: { smoothing: 0.5 } });
  for (const runKey of [folder, '/elsewhere']) page.fake.send({ type: 'openEpoch', runKey, epoch: 2 });
  expect(opened).toEqual([[folder, 2]]);
  await hydrated();
  expect(page.ofType('hydrate')[0]).toMatchObject({ choices: { smoothing: 0.5 } });
});
