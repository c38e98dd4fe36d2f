import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExperimentFile } from '../../common/experiment/parse';
import { recipes } from '../../common/experiment/recipes';
import { writePictures } from '../../common/run/explain-pictures';
import { runPaths } from '../../common/run/run-folder';
import { extensionInWorkspace } from './extension-in-workspace';
import { editor, FakeDocument, Uri } from './fake-vscode';

const { call, experiment, inWorkspace, mixprop, runsOf, start, training } = extensionInWorkspace();

describe('what the command line is called for', () => {
  test('an evaluation is as the person changes it, and is shown where they want it', async () => {
    start();
    const [folder] = runsOf('small-1');
    mixprop(`fs.writeFileSync(${JSON.stringify(inWorkspace('args.json'))}, JSON.stringify(args));
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
    expect(JSON.parse(readFileSync(inWorkspace('args.json'), 'utf8')).join(' ')).toBe(
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
    const file = inWorkspace('mine.mixprop.json');
    expect(parseExperimentFile(readFileSync(file), inWorkspace()).problems).toEqual([]);
    expect(editor.shown).toEqual([file]);
    writeFileSync(file, 'precious');
    await call('newExperiment');
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(editor.refused).toEqual([expect.stringContaining('mine.mixprop.json exists already')]);
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
    editor.files = [inWorkspace('own.png')];
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
    writeFileSync(runPaths(folder).environment, JSON.stringify({ baseFolder: inWorkspace(), experimentFile: file }));
    mixprop(`console.log('{"images":[{"index":0,"path":"a/0","class":"a"}]}');`);
    editor.picks = ['$(file-media) Files of your own…'];
    editor.files = [inWorkspace('more.png')];
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
    const list = inWorkspace('list.json');
    writeFileSync(list, '[]');
    mixprop(`if (args[1] === 'list') console.log(fs.readFileSync(${JSON.stringify(list)}, 'utf8'));
      else fs.appendFileSync(${JSON.stringify(inWorkspace('calls'))}, args.join(' ') + '\\n');`);
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
    expect(readFileSync(inWorkspace('calls'), 'utf8').trimEnd().split('\n')).toEqual([
      'runtime install tensorflow --json',
      'runtime remove tensorflow --json',
    ]);
  });
});
