import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { computedFolder } from '../../../../common/panels/cam/cam-files';
import { runPaths } from '../../../../common/run/run-folder';
import { CamPanel, type CamPanelHost } from '../../../../extension/panels/cam/cam-panel';
import { writeMaps } from '../../../common/run/explain-files';
import { temporaryFolders } from '../../../common/temporary-folder';
import { writeRun } from '../../../trainer/report/report-fixture';
import { editor, newEditors, Uri } from '../../fake-vscode';
import { FakePage, FakeRunPanelHost } from '../panel-host';

newEditors();
const newFolder = temporaryFolders();
let folder: string;
let page: FakePage;
let fakeHost: FakeRunPanelHost;
let mayCompute: boolean;
let panel: CamPanel;
let script: string;
/** What `mixprop` writes for the test: a line for each of its commands. */
let commands: string;

beforeEach(() => {
  folder = writeRun(newFolder(), 'small-1');
  script = join(folder, 'mixprop.cjs');
  commands = join(folder, 'commands');
  page = new FakePage();
  fakeHost = new FakeRunPanelHost();
  mayCompute = true;
  const host: CamPanelHost = {
    ...fakeHost.host,
    program: () => ({ nodePath: process.execPath, hostExecutable: process.execPath, script }),
    mayCompute: async () => mayCompute,
    chooseImages: async () => ({ file: Uri.file('/other.mixprop.json') as never, images: ['new.png'] }),
  };
  panel = new CamPanel(page.panel, [folder, '/no/run'], host);
});
afterEach(() => panel.dispose());

let seq = 1000;
/** An epoch's records of the images, in whose maps' file they are. */
function recordEpoch(epoch: number, images: readonly string[] = ['one', 'two']): void {
  for (const [index, image] of images.entries()) {
    const step = 5 * epoch;
    const record = { type: 'explain', epoch, step, image, index, branch: 'main', class: 'a', predicted: 'a' };
    const line = { seq: ++seq, time: seq, ...record, confidence: 0.5, grid: [[1, 2]] };
    appendFileSync(runPaths(folder).events, `${JSON.stringify(line)}\n`);
  }
}
const maps = (epoch: number) => writeMaps(runPaths(folder).explain, epoch);

/** The run has a checkpoint of an epoch. */
function checkpoint(epoch: number): void {
  mkdirSync(runPaths(folder).checkpoints, { recursive: true });
  writeFileSync(join(runPaths(folder).checkpoints, `epoch-000${epoch}.safetensors`), '');
}

/** What runs in place of `mixprop`, with its arguments in `args`. */
const mixprop = (text: string) =>
  writeFileSync(
    script,
    `const fs = require('node:fs'); const args = process.argv.slice(2);
     const note = (word) => fs.appendFileSync(${JSON.stringify(commands)}, word + '\\n'); ${text}`,
  );
const noted = () => (existsSync(commands) ? readFileSync(commands, 'utf8').trim().split('\n') : []);

async function hydrated(): Promise<void> {
  page.begin();
  await expect.poll(() => page.ofType('hydrate')).toHaveLength(1);
}

describe('what the page is told', () => {
  test('its runs and their pictures when it is made, and what cannot be shown', async () => {
    recordEpoch(1);
    maps(1);
    await hydrated();
    expect(page.ofType('hydrate')[0]).toMatchObject({
      version: 1,
      runs: [{ header: { runKey: folder, label: 'small-1' }, epochs: [1], images: [{ path: 'one' }, { path: 'two' }] }],
      corruptions: expect.arrayContaining(['fog']),
    });
    expect(page.ofType('pictures')).toMatchObject([{ runKey: folder, pictures: [{ path: 'one' }, { path: 'two' }] }]);
    expect(page.ofType('unreadable')).toMatchObject([{ runKey: '/no/run' }]);
  });

  test('news while it is visible; pictures once, as soon as there are any', async () => {
    await hydrated();
    expect(page.ofType('pictures')).toEqual([]);
    maps(1);
    recordEpoch(1);
    await expect.poll(() => page.ofType('append').at(-1)).toMatchObject({ run: { epochs: [1] } });
    expect(page.ofType('pictures')).toHaveLength(1);
    recordEpoch(2);
    await expect.poll(() => page.ofType('append').at(-1)).toMatchObject({ run: { epochs: [1, 2] } });
    expect(page.ofType('pictures')).toHaveLength(1);
  });

  test('an epoch that somebody wants to see, after the runs', async () => {
    panel.showEpoch(folder, 2);
    await hydrated();
    await expect.poll(() => page.ofType('goTo')).toEqual([{ type: 'goTo', runKey: folder, epoch: 2 }]);
    panel.showEpoch(folder, 3);
    expect(page.ofType('goTo')).toHaveLength(2);
    expect(page.fake.posted.map(({ type }) => type).indexOf('goTo')).toBeGreaterThan(0);
  });

  test('a message that is none is logged, and so is an error of the page and another version of it', async () => {
    page.fake.send({ type: 'maps', runKey: folder });
    page.fake.send({ type: 'error', message: 'no canvas' });
    page.begin(7);
    expect(fakeHost.log.text).toMatch(
      /\[warning\] .*not of the protocol.*\n\[error\] .*no canvas\n\[error\] .*version 7, not 1/,
    );
  });

  test('other runs when the person chooses them or takes them out', async () => {
    await hydrated();
    page.fake.send({ type: 'removeRuns', runKeys: ['/no/run'] });
    await expect.poll(() => page.ofType('hydrate')).toHaveLength(2);
    expect(panel.runKeys).toEqual([folder]);
    fakeHost.chosen = [];
    page.fake.send({ type: 'chooseRuns' });
    await expect.poll(() => page.ofType('hydrate').at(-1)).toMatchObject({ runs: [] });
    expect(panel.runKeys).toEqual([]);
  });
});

describe('stored maps', () => {
  test('of an epoch are read; of a run that the panel does not show there are none', async () => {
    recordEpoch(1);
    maps(1);
    await hydrated();
    const [stored, other] = [
      page.ask('maps', { runKey: folder, epoch: 1 }),
      page.ask('maps', { runKey: '/no/run', epoch: 1 }),
    ];
    await expect.poll(() => page.said(other)).toHaveLength(1);
    expect(page.said(stored)).toMatchObject([
      { type: 'reply', name: 'maps', reply: [{ epoch: 1, classes: ['a', 'b'] }] },
    ]);
    expect(page.said(other)).toMatchObject([{ type: 'failure', message: 'The run is no longer in this panel.' }]);
  });

  test('whose file comes just after its records are waited for; those that no record names are not', async () => {
    recordEpoch(1);
    await hydrated();
    const [recorded, unknown] = [
      page.ask('maps', { runKey: folder, epoch: 1 }),
      page.ask('maps', { runKey: folder, epoch: 2 }),
    ];
    await expect
      .poll(() => page.said(unknown))
      .toMatchObject([{ type: 'failure', message: expect.stringContaining('epoch 2') }]);
    expect(page.said(recorded)).toEqual([]);
    maps(1);
    await expect.poll(() => page.said(recorded)).toMatchObject([{ type: 'reply' }]);
  });

  test('whose file does not come are given up after some attempts', async () => {
    recordEpoch(1);
    await hydrated();
    const id = page.ask('maps', { runKey: folder, epoch: 1 });
    await expect.poll(() => page.said(id)).toMatchObject([{ type: 'failure' }]);
  });

  test('of corrupted images bring their pictures along, and are not waited for', async () => {
    recordEpoch(1);
    await hydrated();
    const input = { corruption: 'fog', severity: 3 };
    const missing = page.ask('maps', { runKey: folder, epoch: 1, input });
    await expect.poll(() => page.said(missing)).toMatchObject([{ type: 'failure' }]);
    writeMaps(computedFolder(folder, input), 1);
    const id = page.ask('maps', { runKey: folder, epoch: 1, input });
    await expect.poll(() => page.said(id)).toMatchObject([{ type: 'reply', reply: [{ input }] }]);
    expect(page.ofType('pictures').at(-1)).toMatchObject({ input });
  });
});

describe('computing maps', () => {
  const images = ['one'];

  test('runs mixprop with the checkpoint, tells what it does, and answers with what it wrote', async () => {
    checkpoint(2);
    await hydrated();
    writeMaps(join(folder, 'made'), 2);
    mixprop(`note(args.join(' ')); console.error('reading the data set');
      fs.cpSync(${JSON.stringify(join(folder, 'made'))}, args[args.indexOf('--maps') + 1], { recursive: true });`);
    const id = page.ask('compute', { runKey: folder, epoch: 2, images });
    await expect
      .poll(() => page.said(id).at(-1))
      .toMatchObject({ type: 'reply', name: 'compute', reply: [{ epoch: 2 }] });
    expect(page.said(id)[0]).toEqual({ type: 'progress', id, progress: 'reading the data set' });
    expect(noted()).toEqual([expect.stringContaining(`explain ${folder} --checkpoint 2 --images=one --maps `)]);
    // The panel has what is new, too.
    expect(page.ofType('append').at(-1)).toMatchObject({ run: { epochs: [2] } });
    expect(page.ofType('pictures')).not.toEqual([]);
  });

  test('takes its turn: one after the other', async () => {
    checkpoint(1);
    await hydrated();
    mixprop(`note('begin'); setTimeout(() => { note('end'); process.exit(3); }, 100);`);
    const ids = [1, 2].map(() => page.ask('compute', { runKey: folder, epoch: 1, images }));
    await expect.poll(() => page.said(ids[1]!)).toMatchObject([{ type: 'failure' }]);
    expect(noted()).toEqual(['begin', 'end', 'begin', 'end']);
  });

  test('that is cancelled stops its process, or never begins', async () => {
    checkpoint(1);
    await hydrated();
    mixprop(
      `note('begin'); process.on('SIGINT', () => { note('stopped'); process.exit(130); }); setInterval(() => {}, 1000);`,
    );
    const first = page.ask('compute', { runKey: folder, epoch: 1, images });
    const second = page.ask('compute', { runKey: folder, epoch: 1, images });
    await expect.poll(noted).toEqual(['begin']);
    page.fake.send({ type: 'cancel', id: second });
    page.fake.send({ type: 'cancel', id: first });
    await expect.poll(noted).toEqual(['begin', 'stopped']);
    const third = page.ask('compute', { runKey: folder, epoch: 9, images });
    await expect
      .poll(() => page.said(third))
      .toMatchObject([{ type: 'failure', message: expect.stringContaining('no longer has a checkpoint of epoch 9') }]);
    expect([page.said(first), page.said(second), noted()]).toEqual([[], [], ['begin', 'stopped']]);
  });

  test('is refused where no process may be started', async () => {
    checkpoint(1);
    mayCompute = false;
    await hydrated();
    const id = page.ask('compute', { runKey: folder, epoch: 1, images });
    await expect
      .poll(() => page.said(id))
      .toMatchObject([{ type: 'failure', message: 'Computing maps needs a trusted workspace.' }]);
  });

  test('says what could not be explained in the log', async () => {
    checkpoint(1);
    await hydrated();
    mixprop(`console.error('mixprop: one: is no image'); process.exitCode = 1;`);
    const id = page.ask('compute', { runKey: folder, epoch: 1, images });
    await expect.poll(() => page.said(id).at(-1)).toMatchObject({ type: 'failure' });
    expect(fakeHost.log.text).toContain('CAM overlays of small-1: mixprop: one: is no image');
  });
});

describe('further images', () => {
  test('are computed with the present ones from the last checkpoint; those that are there are not asked for again', async () => {
    recordEpoch(1);
    maps(1);
    mixprop(`note(args.join(' '));`);
    await panel.explain(['one', 0]);
    expect(noted()).toEqual([]);
    await panel.explain(['new.png', 'one', 7]);
    expect(noted()).toEqual([
      expect.stringContaining('--checkpoint last --images=one --images=two --images=new.png --images=7'),
    ]);
  });

  test('need a checkpoint, and the trust of the workspace', async () => {
    const early = writeRun(newFolder(), 'early-1', { steps: 3, end: 'stopped' });
    fakeHost.chosen = [early];
    page.fake.send({ type: 'chooseRuns' });
    await expect.poll(() => panel.runKeys).toEqual([early]);
    await expect(panel.explain(['new.png'])).rejects.toThrow('early-1 has no checkpoint yet');
    mayCompute = false;
    await panel.explain(['new.png']);
  });

  test('that the person chooses are computed for the run', async () => {
    checkpoint(1);
    mixprop(`note(args.join(' '));`);
    await hydrated();
    page.fake.send({ type: 'chooseImages', runKey: folder });
    await expect.poll(noted).toEqual([expect.stringContaining('--images=new.png')]);
    expect(editor.messages).toEqual([]);
    page.fake.send({ type: 'chooseImages', runKey: '/no/run' });
    await expect.poll(() => editor.messages).toEqual(['MixProp: The run is no longer in this panel.']);
  });
});

test('the trainer of a run that is not running cannot be looked at', async () => {
  await hydrated();
  const id = page.ask('look', { runKey: folder, images: ['one'] });
  await expect.poll(() => page.said(id)).toMatchObject([{ type: 'failure' }]);
});

test('a panel that is closed stops what it computes', async () => {
  checkpoint(1);
  await hydrated();
  mixprop(
    `note('begin'); process.on('SIGINT', () => { note('stopped'); process.exit(130); }); setInterval(() => {}, 1000);`,
  );
  page.ask('compute', { runKey: folder, epoch: 1, images: ['one'] });
  await expect.poll(noted).toEqual(['begin']);
  page.fake.dispose();
  await expect.poll(noted).toEqual(['begin', 'stopped']);
});
