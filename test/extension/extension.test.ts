import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExtensionContext } from 'vscode';
import { parseExperimentFile } from '../../common/experiment/parse';
import { recipes } from '../../common/experiment/recipes';
import { LiveServer } from '../../common/live/live-server';
import { writePictures } from '../../common/run/explain-pictures';
import { runPaths } from '../../common/run/run-folder';
import { acquireRunLock, type RunLock } from '../../common/run/run-lock';
import { trainerPresence } from '../../common/run/trainer-presence';
import { activate } from '../../extension/main';
import { commandIds } from '../../extension/shared/command-ids';
import { writeMaps } from '../common/run/explain-files';
import { temporaryFolders } from '../common/temporary-folder';
import { writeRun } from '../trainer/report/report-fixture';
import { editor, FakeDocument, newEditors, Uri } from './fake-vscode';

newEditors();
const newFolder = temporaryFolders();
let workspace: string;
let script: string;
let context: { subscriptions: { dispose(): void }[]; [field: string]: unknown };
const locks: RunLock[] = [];

/** Activates the extension in a workspace of one folder. In place of the trainer runs what `trainer` writes. */
beforeEach(() => {
  workspace = newFolder();
  mkdirSync(join(workspace, 'runs'));
  editor.folders = [workspace];
  script = join(workspace, 'mixprop.cjs');
  context = {
    subscriptions: [],
    asAbsolutePath: () => script,
    extensionUri: Uri.file('/extension'),
    extension: { packageJSON: { version: '1.2.3' } },
    workspaceState: { get: () => undefined, update: async () => undefined },
  };
});
afterEach(() => {
  for (const disposable of context.subscriptions.reverse()) disposable.dispose();
  for (const lock of locks.splice(0)) lock.release();
});

const start = () => activate(context as unknown as ExtensionContext);
const call = (name: keyof typeof commandIds, ...args: unknown[]) => editor.commands.get(commandIds[name])!(...args);
const runsOf = (...names: string[]) => names.map((name) => writeRun(join(workspace, 'runs'), name));
const items = async () => (await editor.views.get('mixprop.runs')!.provider.getChildren()) as { label: string }[];
const item = async (label: string) => (await items()).find((one) => one.label === label);

/** A run that is in training, as far as anybody can tell: this process holds its lock. */
function training(name: string): string {
  const folder = writeRun(join(workspace, 'runs'), name, { end: 'running', steps: 7 });
  locks.push(acquireRunLock(folder));
  return folder;
}

/** What runs in place of `mixprop`: its arguments are in `args`, its runs folder in `runs`. */
function mixprop(text: string): void {
  writeFileSync(script, `const fs = require('node:fs'); const args = process.argv.slice(2); ${text}`);
}

const record = (body: object) =>
  `fs.appendFileSync(folder + '/events.jsonl', JSON.stringify({ seq: 1, time: 1, ...${JSON.stringify(body)} }) + '\\n');`;
/** A trainer that has begun, and goes on until it is killed, or the test is over. */
const trains = `
  const folder = args[0] === 'resume' ? args[1] : args[3] + '/' + args[5];
  fs.writeFileSync(folder + '/experiment.json', '{}');
  ${record({ type: 'status', state: 'running' })}
  setInterval(() => fs.existsSync(folder) || process.exit(), 50);`;

function experiment(name: string, text = `{ "name": "${name}", "dataset": { "type": "shapes" } }`): string {
  const file = join(workspace, `${name}.mixprop.json`);
  writeFileSync(file, text);
  return file;
}

describe('showing runs', () => {
  test('the only run is shown without a question; it is shown once', async () => {
    start();
    const [folder] = runsOf('small-1');
    await call('showLossCurves');
    await call('showLossCurves');
    expect(editor.offered).toEqual([]);
    expect(editor.panels.map(({ viewType, title, reveals }) => [viewType, title, reveals])).toEqual([
      ['mixprop.curves', 'Loss Curves: small-1', 1],
    ]);
    await call('showBnDivergence', [folder]);
    await call('showCamOverlays', ['small-1']);
    await call('showRobustness', await item('small-1'));
    expect(editor.panels.slice(1).map(({ title }) => title)).toEqual([
      'BN Divergence: small-1',
      'CAM Overlays: small-1',
      'Robustness: small-1',
    ]);
  });

  test('of several the person chooses; nothing is shown where they do not, or where there is none', async () => {
    start();
    await call('showLossCurves');
    expect(editor.messages).toEqual(['There are no runs in this workspace yet.']);
    runsOf('a-1', 'a-2', 'a-3');
    await call('showLossCurves');
    expect(editor.offered).toHaveLength(1);
    expect(editor.panels).toEqual([]);
    editor.picks = [['a-1', 'a-3']];
    await call('showLossCurves');
    expect(editor.panels.map(({ title }) => title)).toEqual([expect.stringMatching(/^Loss Curves: a-\d and 1 more$/)]);
  });

  test('those in training are ticked at first, else the newest', async () => {
    start();
    runsOf('a-1', 'a-2');
    await call('showLossCurves');
    const newest = editor.ticked[0];
    expect(newest).toHaveLength(1);
    const [other] = ['a-1', 'a-2'].filter((name) => name !== newest![0]);
    appendFileSync(
      runPaths(join(workspace, 'runs', other!)).events,
      `${JSON.stringify({ seq: 9999, time: 99, type: 'status', state: 'running', totalSteps: 40 })}\n`,
    );
    locks.push(acquireRunLock(join(workspace, 'runs', other!)));
    await call('showLossCurves');
    expect(editor.ticked[1]).toEqual([other]);
  });

  test('a marker of the curves opens the epoch where it has the most to show', async () => {
    start();
    const [plain, explained] = runsOf('plain-1', 'explained-1');
    writeMaps(runPaths(explained!).explain, 2);
    await call('showLossCurves', [plain, explained]);
    const [curves] = editor.panels;
    for (const runKey of [plain, explained, '/elsewhere']) curves!.send({ type: 'openEpoch', runKey, epoch: 2 });
    await expect
      .poll(() =>
        editor.panels
          .map(({ title }) => title)
          .slice(1)
          .sort(),
      )
      .toEqual(['BN Divergence: plain-1', 'CAM Overlays: explained-1']);
  });

  test('a panel that the editor restores finds its runs by their folders or ids', async () => {
    start();
    const [folder] = runsOf('small-1');
    const { serializers } = editor;
    const { window } = await import('./fake-vscode');
    const panel = window.createWebviewPanel('mixprop.curves', '', { viewColumn: 1 });
    await serializers.get('mixprop.curves')!.deserializeWebviewPanel(panel, { runIds: ['small-1', 'lost'] });
    panel.send({ type: 'ready', version: 1 });
    await expect
      .poll(() => panel.posted.map(({ type, label }) => [type, label]))
      .toEqual([
        ['hydrate', undefined],
        ['unreadable', 'lost'],
      ]);
    expect(panel.posted[0]).toMatchObject({ runs: [{ header: { runKey: folder } }] });
  });
});

describe('the runs of the workspace', () => {
  test('the view lists them while it is seen; what comes appears', async () => {
    start();
    runsOf('small-1');
    const view = editor.views.get('mixprop.runs')!;
    expect((await items()).map(({ label }) => label)).toEqual(['small-1']);
    let redrawn = 0;
    view.provider.onDidChangeTreeData(() => redrawn++);
    runsOf('small-2');
    await call('refreshRuns');
    await expect.poll(() => redrawn).toBe(1);
    expect((await items()).map(({ label }) => label).sort()).toEqual(['small-1', 'small-2']);
    await call('refreshRuns');
    expect(redrawn).toBe(1);
  });

  test('they are looked for where the setting says, which is as good as empty when it is blank', async () => {
    start();
    const elsewhere = newFolder();
    writeRun(elsewhere, 'other-1');
    runsOf('small-1');
    editor.changeSetting('runsFolder', elsewhere);
    await call('refreshRuns');
    expect((await items()).map(({ label }) => label)).toEqual(['other-1']);
    editor.changeSetting('runsFolder', ' ');
    await call('refreshRuns');
    expect((await items()).map(({ label }) => label)).toEqual(['small-1']);
  });

  test('the status bar tells of those in training, and fails are told once', async () => {
    const folder = training('small-1');
    start();
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1 35 %');
    expect(editor.statusBar[0]!.command?.arguments).toEqual([[folder]]);
    const failed = { seq: 9999, time: 99, type: 'status', state: 'failed', reason: 'no memory left' };
    appendFileSync(runPaths(folder).events, `${JSON.stringify(failed)}\n`);
    await expect.poll(() => editor.told).toMatchObject([{ kind: 'error', message: 'small-1 failed: no memory left' }]);
    expect(editor.told[0]!.buttons).toEqual(['Resume', 'Show Log']);
    await expect.poll(() => editor.statusBar[0]!.isShown).toBe(false);
  });

  test('a run that stops is no failure; one that failed before the window was there is not told', async () => {
    const stopping = training('small-1');
    writeRun(join(workspace, 'runs'), 'small-2', { end: 'failed' });
    start();
    await expect.poll(() => editor.statusBar[0]?.isShown).toBe(true);
    await call('refreshRuns');
    appendFileSync(
      runPaths(stopping).events,
      `${JSON.stringify({ seq: 9999, time: 99, type: 'status', state: 'stopped' })}\n`,
    );
    await expect.poll(() => editor.statusBar[0]!.isShown).toBe(false);
    expect(editor.told).toEqual([]);
  });

  test('a run folder that vanishes in training is told', async () => {
    const folder = training('small-1');
    start();
    await expect.poll(() => editor.statusBar[0]?.isShown).toBe(true);
    rmSync(folder, { recursive: true });
    await expect.poll(() => editor.messages).toEqual([expect.stringContaining('The folder of small-1 was deleted')]);
  });

  test('the log of a run has what its trainer printed and recorded', async () => {
    start();
    const [folder] = runsOf('small-1');
    writeFileSync(runPaths(folder!).log, 'hello\nsmall-1: epoch 1 of 4\nhalf a li');
    await call('showRunLog');
    const channel = editor.channels.find(({ name }) => name === 'MixProp: small-1')!;
    expect(channel.shows).toBe(1);
    await expect.poll(() => channel.text).toContain('[info] epoch 4: training loss');
    await expect.poll(() => channel.text).toContain('\nhello\n');
    expect(channel.text).not.toMatch(/epoch 1 of 4|half a li|\[error\]/);
    rmSync(runPaths(folder!).events);
    mkdirSync(runPaths(folder!).events);
    await expect.poll(() => channel.text).toContain('[error] events.jsonl cannot be read: ');
    await call('showRunLog', await item('small-1'));
    expect(editor.channels.filter(({ name }) => name === 'MixProp: small-1')).toHaveLength(1);
  });
});

describe('running experiments', () => {
  test('a run is started, followed and shown; of one that is cancelled nothing stays', async () => {
    start();
    mixprop(trains);
    const file = experiment('small');
    editor.settings.backend = 'wasm';
    await call('runExperiment', Uri.file(file));
    const folder = join(workspace, 'runs', 'small-1');
    expect(editor.panels.map(({ title }) => title)).toEqual(['Loss Curves: small-1']);
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1');
    // It writes no lock: to the editor its trainer is gone when its process is.
    expect(existsSync(runPaths(folder).experiment)).toBe(true);
    editor.cancels = true;
    mixprop('setInterval(() => {}, 1000);');
    await call('runExperiment', Uri.file(file));
    expect(editor.panels).toHaveLength(1);
    expect(existsSync(join(workspace, 'runs', 'small-2'))).toBe(false);
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
    expect(existsSync(join(workspace, 'runs', 'small-1'))).toBe(false);
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
      const folder = writeRun(join(workspace, 'runs'), 'small-1', { end: 'stopped' });
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
    const server = await LiveServer.start({ folder, onStop: () => locks.splice(0).map((lock) => lock.release()) });
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
    expect(existsSync(join(workspace, 'runs', 'small-1'))).toBe(false);
  });
});

describe('what the command line is called for', () => {
  test('an evaluation is as the person changes it, and is shown where they want it', async () => {
    start();
    const [folder] = runsOf('small-1');
    mixprop(`fs.writeFileSync(${JSON.stringify(join(workspace, 'args.json'))}, JSON.stringify(args));
      console.error('evaluating: 30 of 60, 10 s left');`);
    await call('evaluateRun');
    expect(editor.messages).toEqual(['small-1 has no checkpoint yet: it is written at the end of an epoch.']);
    const { checkpoints } = runPaths(folder!);
    mkdirSync(checkpoints);
    for (const name of ['last', 'epoch-0002', 'epoch-0010'])
      writeFileSync(join(checkpoints, `${name}.safetensors`), '');
    editor.picks = [
      'Clean images and all 19 corruptions',
      '$(history) Checkpoint',
      'epoch 10',
      '$(list-ordered) Images',
    ];
    editor.picks.push('$(law) mCE', 'normalised by AlexNet on ImageNet-C', '$(play) Start');
    editor.inputs = [' 50 '];
    editor.answer = 'Show Robustness';
    await call('evaluateRun');
    expect(editor.offered[2]).toEqual(['last', 'epoch 10', 'epoch 2']);
    expect(JSON.parse(readFileSync(join(workspace, 'args.json'), 'utf8')).join(' ')).toBe(
      `evaluate ${folder} --checkpoint 10 --branch both --corruptions all --images 50 --baseline alexnet --backend auto --json`,
    );
    expect(editor.progress).toContain('evaluating 50 %, 10 s left');
    await expect.poll(() => editor.panels.map(({ title }) => title)).toEqual(['Robustness: small-1']);
  });

  test('one that fails is told with its words', async () => {
    start();
    const [folder] = runsOf('small-1');
    mkdirSync(runPaths(folder!).checkpoints);
    writeFileSync(join(runPaths(folder!).checkpoints, 'best.safetensors'), '');
    mixprop(`console.error('mixprop: the disk is full'); process.exit(1);`);
    editor.picks = ['Clean images alone', '$(play) Start'];
    await call('evaluateRun', ['small-1']);
    await expect
      .poll(() => editor.told)
      .toMatchObject([{ message: 'Evaluating small-1 failed: the disk is full', buttons: ['Show Log', 'Run Doctor'] }]);
    expect(editor.panels).toEqual([]);
  });

  test('a new experiment is written from a recipe, and no file is overwritten', async () => {
    start();
    const { title } = recipes.find(({ group }) => group.dataFolder === null)!;
    editor.inputs = ['mine', 'mine'];
    editor.picks = [title, title];
    await call('newExperiment');
    const file = join(workspace, 'mine.mixprop.json');
    expect(parseExperimentFile(readFileSync(file), workspace).problems).toEqual([]);
    expect(editor.shown).toEqual([file]);
    writeFileSync(file, 'precious');
    await call('newExperiment');
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(editor.messages).toEqual([expect.stringContaining('MixProp: ')]);
    expect(editor.shown).toEqual([file]);
  });

  test('images to explain are chosen, written into the experiment, and nothing else of it changes', async () => {
    start();
    const file = experiment('small', '{\n  // mine\n  "name": "small", "dataset": { "type": "shapes" }\n}\n');
    const document = new FakeDocument(file, readFileSync(file, 'utf8'));
    const images = ['a', 'b'].flatMap((name, at) =>
      [0, 1, 2].map((index) => ({ index: at * 3 + index, path: `${name}/${index}`, class: name })),
    );
    mixprop(`console.log(${JSON.stringify(JSON.stringify({ images }))});`);
    await call('chooseValidationImages', Uri.file(file));
    expect(editor.messages).toEqual([]);
    expect(editor.offered[0]).toEqual([
      '$(list-selection) From the list',
      '$(symbol-numeric) At random',
      '$(file-media) Files of your own…',
    ]);
    editor.picks = ['$(file-media) Files of your own…'];
    editor.files = [join(workspace, 'own.png')];
    await call('chooseValidationImages', Uri.file(file));
    expect(document.text).toContain('// mine');
    expect(document.text).toContain('"own.png"');
    expect(editor.messages).toEqual(['The next run of this experiment records the maps of one image.']);
  });

  test('a run of the experiment that goes on is asked to record them too, and a hover says what it has none of', async () => {
    const folder = training('small-1');
    runsOf('other-1');
    start();
    const file = experiment('small', '{ "name": "small", "explain": { "images": ["own.png"] } }');
    const document = new FakeDocument(file, readFileSync(file, 'utf8'));
    await expect.poll(() => editor.statusBar[0]?.text).toContain('small-1 35 %');
    writeFileSync(runPaths(folder).environment, JSON.stringify({ baseFolder: workspace, experimentFile: file }));
    mixprop(`console.log('{"images":[{"index":0,"path":"a/0","class":"a"}]}');`);
    editor.picks = ['$(file-media) Files of your own…'];
    editor.files = [join(workspace, 'more.png')];
    await call('chooseValidationImages', Uri.file(file));
    expect(editor.messages.at(-1)).toBe(
      'Also record them in the running run small-1, from its next recorded epoch on?',
    );
    const hover = () => editor.hoverProvider.provideHover(document, document.text.indexOf('own.png'));
    expect(await hover()).toBeUndefined();
    const problems = [{ image: 'own.png', message: 'is no image' }];
    mkdirSync(runPaths(folder).explain);
    writePictures(runPaths(folder).explain, { imageSize: 4, pictures: [], problems });
    expect((await hover())?.contents.value).toBe('small-1 has no maps of own.png: is no image');
  });

  test('the doctor’s report is opened, and its first problem told', async () => {
    start();
    new FakeDocument('/MixProp Doctor', '');
    const checks = [
      { name: 'disk', status: 'problem', message: 'is full', remedy: 'mixprop runtime install tensorflow' },
    ];
    mixprop(`console.log(${JSON.stringify(JSON.stringify({ ok: false, checks }))}); process.exit(1);`);
    await call('doctor');
    expect(editor.told).toMatchObject([
      {
        kind: 'error',
        message: 'MixProp has 1 problem. disk: is full',
        buttons: ['Open Report', 'Install TensorFlow Runtime'],
      },
    ]);
    mixprop(`console.log('what?')`);
    await call('doctor');
    expect(editor.messages.at(-1)).toBe('The doctor failed: its answer of one line cannot be read');
  });

  test('a runtime is installed, and one that is there removed', async () => {
    start();
    const list = join(workspace, 'list.json');
    writeFileSync(list, '[]');
    mixprop(`if (args[1] === 'list') console.log(fs.readFileSync(${JSON.stringify(list)}, 'utf8'));
      else fs.appendFileSync(${JSON.stringify(join(workspace, 'calls'))}, args.join(' ') + '\\n');`);
    editor.picks = ['TensorFlow for the CPU'];
    editor.answer = 'Install';
    await call('installTensorflowRuntime');
    expect(editor.messages).toEqual([expect.stringContaining('tensorflow is installed.')]);
    writeFileSync(list, JSON.stringify([{ name: 'tensorflow', folder: '/runtimes/tensorflow' }]));
    editor.picks = ['TensorFlow for the CPU', 'TensorFlow for the CPU'];
    editor.answer = undefined;
    await call('installTensorflowRuntime');
    editor.answer = 'Remove';
    await call('installTensorflowRuntime');
    expect(editor.told.slice(1).map(({ message, buttons }) => [message, buttons])).toEqual([
      ['TensorFlow for the CPU is installed.', ['Remove']],
      ['TensorFlow for the CPU is installed.', ['Remove']],
      ['tensorflow is removed.', []],
    ]);
    expect(readFileSync(join(workspace, 'calls'), 'utf8').trimEnd().split('\n')).toEqual([
      'runtime install tensorflow --json',
      'runtime remove tensorflow --json',
    ]);
  });
});
