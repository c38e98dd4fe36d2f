import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readAllEvents } from '../../../common/run/event-reader';
import { readRunSummary } from '../../../common/run/read-run-summary';
import { readSafetensors } from '../../../common/weights/safetensors';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const runs = join(folder, 'runs');

const experiment = {
  dataset: { type: 'shapes', imageSize: 16, trainingImages: 200, validationImages: 40 },
  model: { width: 4 },
  training: { epochs: 2, batchSize: 16 },
};

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
const file = write('a.mixprop.json', experiment);

function mixprop(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder });
  return { status, stdout, stderr };
}

/** Starts a long training and waits for its third step. */
async function startTraining(id: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [
    program,
    'train',
    file,
    '--runs',
    runs,
    '--name',
    id,
    '--set',
    'training.epochs=500',
  ]);
  await expect.poll(() => steps(id), { timeout: 30_000 }).toBeGreaterThan(2);
  return child;
}
const steps = (id: string) =>
  existsSync(join(runs, id, 'events.jsonl'))
    ? readAllEvents(join(runs, id)).filter(({ type }) => type === 'step').length
    : 0;
const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.on('exit', (status) => resolve(status)));

describe('train', () => {
  test('makes a run, evaluates and reports it', { timeout: 60_000 }, () => {
    const trained = mixprop('train', file, '--runs', runs, '--name', 'ok');
    expect(trained.stderr).toBe('');
    expect(trained.status).toBe(0);
    expect(trained.stdout).toContain('ok: epoch 2/2');
    const best = readAllEvents(join(runs, 'ok')).flatMap((event) =>
      event.type === 'epoch' ? [event.validation!.main.top1] : [],
    );

    const predictions = join(folder, 'predictions.jsonl');
    const evaluated = mixprop('evaluate', join(runs, 'ok'), '--predictions', predictions, '--json');
    expect(evaluated.status).toBe(0);
    const result = JSON.parse(evaluated.stdout);
    expect(result.branches.main.top1).toBe(Math.max(...best));
    const lines = readFileSync(predictions, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(80);
    const right = lines.filter(({ branch, label, predicted }) => branch === 'main' && label === predicted).length;
    expect(right / 40).toBe(result.branches.main.top1);
    expect(lines[0].logits).toHaveLength(10);
    expect(Object.keys(lines[0])).toEqual(['path', 'label', 'predicted', 'confidence', 'branch', 'logits']);

    const report = mixprop('report', join(runs, 'ok'), '--out', join(folder, 'report.html'));
    expect(report.status).toBe(0);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('id="mixprop-curves"');
    expect(mixprop('resume', join(runs, 'ok')).stdout).toContain('nothing to resume');
  });

  test('with --json every record is a line on stdout', () => {
    const { status, stdout } = mixprop(
      'train',
      file,
      '--runs',
      runs,
      '--name',
      'json',
      '--set',
      'training.epochs=1',
      '--json',
    );
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(join(runs, 'json', 'events.jsonl'), 'utf8'));
  });

  test('of several experiments one that fails leaves the others, one with a mistake starts none', () => {
    const several = join(folder, 'several');
    mkdirSync(join(folder, 'no-data', 'notes'), { recursive: true });
    const named = (name: string, fields: object) => write(`${name}.mixprop.json`, { ...experiment, name, ...fields });
    const noData = named('no-data', { dataset: { type: 'image-folder', path: 'no-data' } });
    const good = named('good', {});
    const bad = named('bad', { seed: -1 });
    const options = ['--runs', several, '--set', 'training.epochs=1'];
    const refused = mixprop('train', good, bad, join(folder, 'nowhere.json'), ...options);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(`${bad}:`);
    expect(refused.stderr).toContain('nowhere.json:1:1: cannot be read: there is no such file');
    expect(existsSync(several)).toBe(false);
    const { status, stderr } = mixprop('train', noData, good, ...options);
    expect(readdirSync(several)).toEqual(['good-1']);
    expect(stderr).toContain('1 of 2 experiments are trained, not these:\n');
    expect(stderr.split('\n').at(-2)).toContain('no-data has no folder train/');
    expect(status).toBe(2);
  });

  test('Ctrl-C ends the experiments that would follow too', async () => {
    const one = join(folder, 'stopped-runs');
    const args = [program, 'train', file, file, '--runs', one, '--set', 'training.epochs=500'];
    const child = spawn(process.execPath, args);
    let errors = '';
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
    });
    const steps = () => existsSync(one) && readdirSync(one).some((id) => readAllEvents(join(one, id)).length > 6);
    await expect.poll(steps, { timeout: 30_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await ended(child)).toBe(1);
    expect(readdirSync(one)).toHaveLength(1);
    expect(errors).toContain(`${file}: stopped\n  ${file}: not started`);
  });

  test('Ctrl-C stops after the current step and leaves a run that can be resumed', async () => {
    const child = await startTraining('interrupted');
    child.kill('SIGINT');
    expect(await ended(child)).toBe(1);
    const summary = await readRunSummary(join(runs, 'interrupted'));
    expect(summary.state).toBe('stopped');
    expect(existsSync(join(runs, 'interrupted', 'checkpoints', 'last.safetensors'))).toBe(true);
  });

  test('kill -9 leaves a readable run that is shown as failed and can be resumed', async () => {
    const child = await startTraining('killed');
    child.kill('SIGKILL');
    await ended(child);
    const summary = await readRunSummary(join(runs, 'killed'));
    expect(summary.state).toBe('failed');
    expect(summary.reason).toContain('ended unexpectedly');
    expect(readSafetensors(join(runs, 'killed', 'checkpoints', 'last.safetensors')).tensors.size).toBeGreaterThan(0);
    const resumed = spawn(process.execPath, [program, 'resume', join(runs, 'killed')]);
    await expect
      .poll(() => readAllEvents(join(runs, 'killed')).some((event) => event.type === 'status' && event.fromStep), {
        timeout: 30_000,
      })
      .toBe(true);
    const second = mixprop('resume', join(runs, 'killed'));
    expect(second.status).toBe(2);
    expect(second.stderr).toContain('another trainer is writing to this run');
    resumed.kill('SIGTERM');
    await ended(resumed);
    expect((await readRunSummary(join(runs, 'killed'))).state).toBe('stopped');
  });

  test.skipIf(process.platform === 'win32')(
    'a full disk ends the run as failed; earlier checkpoints stay readable',
    async () => {
      // A limit on file sizes fails like a full disk: epoch-0000 fits, last with its momentum does not.
      const command = `ulimit -f 250; exec "${process.execPath}" "${program}" train "${file}" --runs "${runs}" --name full`;
      const { status, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
      expect(status).toBe(1);
      expect(stderr).toContain('last.safetensors');
      const summary = await readRunSummary(join(runs, 'full'));
      expect(summary.state).toBe('failed');
      expect(summary.reason).toContain('last.safetensors');
      expect(readdirSync(join(runs, 'full', 'checkpoints'))).toEqual(['epoch-0000.safetensors']);
      expect(readSafetensors(join(runs, 'full', 'checkpoints', 'epoch-0000.safetensors')).metadata.epoch).toBe('0');
    },
  );
});

describe('bad input ends with exit status 2, a message and nothing written', () => {
  const images = join(folder, 'images');
  mkdirSync(join(images, 'train', 'cat'), { recursive: true });
  mkdirSync(join(images, 'val', 'cat'), { recursive: true });

  test.each<[string, () => string[], string]>([
    ['broken JSON', () => [write('b.mixprop.json', '{ "dataset": ')], 'b.mixprop.json:1:'],
    ['a wrong type', () => [write('b.mixprop.json', { ...experiment, seed: 'x' })], 'seed: must be a number, not "x"'],
    [
      'an unknown field',
      () => [write('b.mixprop.json', { ...experiment, sede: 1 })],
      'sede: unknown field; did you mean "seed"?',
    ],
    [
      'a bad --set',
      () => [file, '--set', 'training.epochs=x'],
      '--set training.epochs=x: must be a whole number, not "x": write --set training.epochs=30',
    ],
    [
      'a --set into a number',
      () => [file, '--set', 'seed.x=1'],
      '--set seed.x=1: there is no such field: seed is a whole number',
    ],
    [
      'a --set into a text',
      () => [write('b.mixprop.json', { ...experiment, name: 'x' }), '--set', 'name.0=1'],
      '--set name.0=1: there is no such field',
    ],
    ['a missing file', () => ['nowhere.mixprop.json'], 'there is no such file'],
    ['no file', () => [], 'train needs an experiment file'],
    ['an unknown option', () => [file, '--sett'], '--sett'],
    [
      'a backend that is not there',
      () => [file, '--backend', 'tensorflow'],
      'the native TensorFlow runtime is not installed',
    ],
    [
      'bfloat16 on the embedded backend',
      () => [file, '--set', 'training.precision=bfloat16', '--backend', 'wasm'],
      'training.precision: the backend wasm has no bfloat16 (the native runtime has): use "precision": "float32"',
    ],
    ['a run id that is no folder name', () => [file, '--name', 'a/b'], 'cannot be a run'],
    [
      'a data folder with one class',
      () => [write('b.mixprop.json', { ...experiment, dataset: { type: 'image-folder', path: images } })],
      'dataset.path',
    ],
  ])('%s', (_, args, message) => {
    const { status, stderr } = mixprop('train', ...args(), '--runs', join(folder, 'none'));
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    const left = existsSync(join(folder, 'none')) ? readdirSync(join(folder, 'none')) : [];
    expect(left).toEqual([]);
  });

  test('validate prints file:line:column: message', () => {
    const bad = write('b.mixprop.json', '{ "dataset": { "type": "shapes" },\n  "trainin": {} }');
    const { status, stdout } = mixprop('validate', bad, file);
    expect(status).toBe(2);
    expect(stdout).toContain(`${bad}:2:3: trainin: unknown field; did you mean "training"?`);
    expect(stdout).toContain(`${file}: no problems`);
  });

  test('an unknown command lists the commands', () => {
    const { status, stderr } = mixprop('trian');
    expect(status).toBe(2);
    expect(stderr).toContain('resume');
  });
});

test('benchmark --json prints one object with the fields that scripts rely on', () => {
  const { status, stdout } = mixprop(
    'benchmark',
    '--width',
    '4',
    '--image-size',
    '16',
    '--batch',
    '8',
    '--steps',
    '2',
    '--json',
  );
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    imagesPerSecond: expect.any(Number),
    msPerStep: expect.any(Number),
    peakMemoryMiB: expect.any(Number),
    backend: 'wasm',
    device: expect.any(String),
    captured: false,
    precision: 'float32',
  });
});
