import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeImageFolder } from '../data/images/image-files';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-pipe-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const environment = { ...process.env, MIXPROP_CACHE: join(folder, 'cache') };

const dataset = { type: 'shapes', imageSize: 16, trainingImages: 240, validationImages: 40 } as const;
const experiment = {
  dataset,
  model: { width: 4 },
  method: { type: 'mixprop' },
  training: { epochs: 2, batchSize: 120 },
  record: { draws: true },
};

beforeAll(async () => {
  writeFileSync(join(folder, 'a.mixprop.json'), JSON.stringify(experiment));
  const many = { ...experiment, dataset: { ...dataset, imageSize: 48, validationImages: 600 } };
  writeFileSync(join(folder, 'many.mixprop.json'), JSON.stringify(many));
  writeFileSync(join(folder, 'bad.mixprop.json'), JSON.stringify({ ...experiment, sede: 1, trainig: {} }));
  const train = ['train', 'a.mixprop.json', '--backend', 'wasm'];
  expect(spawnSync(process.execPath, [program, ...train, '--name', 'done'], { cwd: folder }).status).toBe(0);
  // As it is before its second epoch.
  cpSync(join(folder, 'runs', 'done'), join(folder, 'stopped'), { recursive: true });
  rmSync(join(folder, 'stopped', 'checkpoints', 'last.safetensors'));
  const events = join(folder, 'stopped', 'events.jsonl');
  const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
  writeFileSync(events, `${lines.filter((line) => !line.includes('"finished"')).join('\n')}\n`);
  await writeImageFolder(join(folder, 'photos'), 2, 2, 40);
  // Each has a problem of its own.
  for (const name of ['bee', 'cat']) {
    mkdirSync(join(folder, 'empty', 'train', name), { recursive: true });
    mkdirSync(join(folder, 'empty', 'val', name), { recursive: true });
    for (let i = 0; i < 1500; i++) writeFileSync(join(folder, 'empty', 'train', name, `${i}.jpg`), '');
  }
}, 120_000);

/** Into a file, with what a command needs and leaves made anew. */
function intoFiles(args: readonly string[]): { out: string; error: string; status: number | null } {
  prepare();
  const files = ['out', 'error'].map((name) => join(folder, `${name}.txt`));
  const descriptors = files.map((file) => openSync(file, 'w'));
  const stdio: ['ignore', number, number] = ['ignore', descriptors[0]!, descriptors[1]!];
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: folder, env: environment, stdio });
  for (const descriptor of descriptors) closeSync(descriptor);
  const [out, error] = files.map((file) => readFileSync(file, 'utf8'));
  return { out: out!, error: error!, status };
}

/** Through pipes that nobody reads from at first. */
function throughSlowPipes(args: readonly string[]): ReturnType<typeof intoFiles> {
  prepare();
  const [out, error, status] = ['out', 'error', 'status'].map((name) => join(folder, `slow-${name}.txt`));
  const script = `{ { "$0" "$@"; echo $? > '${status}'; } 2>&1 >&3 | (sleep 1.5; cat > '${error}'); } 3>&1 | (sleep 1.5; cat > '${out}')`;
  spawnSync('bash', ['-c', script, process.execPath, program, ...args], { cwd: folder, env: environment });
  return {
    out: readFileSync(out!, 'utf8'),
    error: readFileSync(error!, 'utf8'),
    status: Number(readFileSync(status!, 'utf8')),
  };
}

/** What commands write is written anew; a run that was stopped is as it was. */
function prepare(): void {
  for (const name of ['again', 'made', 'w.safetensors', 'r.mixprop.json', 'runs/json', 'runs/done/evaluations'])
    rmSync(join(folder, name), { recursive: true, force: true });
  cpSync(join(folder, 'stopped'), join(folder, 'again'), { recursive: true });
}

/** Without numbers that time and speed change. */
const shape = (text: string): string => text.replaceAll(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, '0');
const same = (text: string): string => text;
/** Pipes hold so much, depending on their kind. */
const pipeBytes = 65_536;

describe.skipIf(process.platform === 'win32')('through a slow pipe comes all that goes into a file', () => {
  test.each<[string, string[], (text: string) => string, (number | undefined)?]>([
    ['data images', ['data', 'images', 'many.mixprop.json', '--thumbnails', '600'], same, 4 * pipeBytes],
    ['data list', ['data', 'list'], same],
    ['data check', ['data', 'check', 'empty'], same, pipeBytes],
    ['train', ['train', 'a.mixprop.json', '--name', 'json', '--set', 'training.epochs=3'], shape],
    ['resume', ['resume', 'again'], shape],
    ['replay', ['replay', 'runs/done', '--step', '2'], same],
    ['validate', ['validate', ...Array.from({ length: 800 }, () => 'bad.mixprop.json')], same, pipeBytes],
    ['evaluate', ['evaluate', 'runs/done', '--corruptions', 'fog', '--severities', '1'], shape],
    ['explain', ['explain', 'runs/done', ...images(40), '--out', 'made'], same],
    ['export', ['export', 'runs/done', '--format', 'safetensors', '--out', 'w.safetensors'], same],
    ['report', ['report', 'runs/done', '--out', 'made/report.html', '--tables'], shape],
    ['recipe list', ['recipe', 'list'], same],
    ['recipe write', ['recipe', 'write', 'shapes-mixprop', '--out', 'r.mixprop.json'], same],
    ['corrupt', ['corrupt', 'photos', '--corruption', 'fog', '--severity', '1', '--out', 'made'], same],
    ['benchmark', ['benchmark', '--width', '4', '--image-size', '16', '--batch', '8', '--steps', '2'], shape],
    ['runtime list', ['runtime', 'list'], same],
    ['doctor', ['doctor'], shape],
  ])('%s --json', { timeout: 120_000 }, (_, args, view, least = 1) => {
    const file = intoFiles([...args, '--json']);
    const pipe = throughSlowPipes([...args, '--json']);
    expect(pipe.status).toBe(file.status);
    expect(file.out.length).toBeGreaterThan(least);
    expect(view(pipe.out) === view(file.out)).toBe(true);
    for (const line of pipe.out.trimEnd().split('\n')) JSON.parse(line);
    expect(pipe.out.endsWith('\n')).toBe(true);
  });

  test('errors too', () => {
    const args = ['train', ...Array.from({ length: 800 }, () => 'bad.mixprop.json')];
    const file = intoFiles(args);
    expect(file.error.length).toBeGreaterThan(pipeBytes);
    expect(throughSlowPipes(args)).toEqual(file);
    expect(file.status).toBe(2);
  });

  test('a reader that goes away holds nobody up', () => {
    const args = ['data', 'images', 'many.mixprop.json', '--thumbnails', '600', '--json'];
    const script = '"$0" "$@" 2> "error.txt" | head -c 10';
    const { stdout, status } = spawnSync('bash', ['-c', script, process.execPath, program, ...args], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stdout).toBe('{"classes"');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'error.txt'), 'utf8')).not.toMatch(/^\s+at |mixprop: /m);
  });

  test.skipIf(!existsSync('/dev/full'))('output that is lost is no success', () => {
    const script = '"$0" "$@" > /dev/full';
    const args = ['-c', script, process.execPath, program, 'recipe', 'list', '--json'];
    const { stderr, status } = spawnSync('bash', args, { encoding: 'utf8' });
    expect(stderr).toContain('mixprop: cannot write the output: the disk is full (ENOSPC)');
    expect(status).toBe(1);
  });
});

function images(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `--images=${index}`);
}
