import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeImage } from '../data/images/image-files';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-classes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const project = join(folder, 'project');
const colours = { bee: [220, 40, 40], cat: [40, 220, 40], dog: [40, 40, 220], elk: [200, 200, 40] };

function mixprop(cwd: string, ...args: string[]) {
  const env = { ...process.env, MIXPROP_CACHE: join(folder, 'cache') };
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd, env });
}
const experiment = (classes: string | null) =>
  JSON.stringify({
    dataset: { type: 'image-folder', path: 'data', classes, imageSize: 24 },
    model: { width: 4 },
    training: { epochs: 2, batchSize: 8 },
    record: { draws: true },
  });
/** Measures of an evaluation with exit status 0. */
function evaluated(...args: string[]) {
  const { status, stdout, stderr } = mixprop(project, 'evaluate', ...args, '--backend', 'wasm', '--json');
  expect(status, stderr).toBe(0);
  const { branches, imageList } = JSON.parse(stdout);
  return { clean: branches.main.clean, imageList, stderr };
}
/** Each command that a finished or stopped run is looked at or gone on with; it writes nothing. */
const commands = [
  ['evaluate', 'runs/stopped'],
  ['resume', 'runs/stopped'],
  ['replay', 'runs/stopped', '--step', '2'],
  ['explain', 'runs/stopped', '--images', '0', '--out', 'maps'],
  ['data', 'images', 'runs/stopped'],
];

beforeAll(async () => {
  for (const [split, count] of [
    ['train', 4],
    ['val', 2],
  ] as const) {
    for (const [name, [red, green, blue]] of Object.entries(colours)) {
      for (let i = 0; i < count; i++) {
        const pixels = Uint8Array.from({ length: 24 * 24 * 3 }, (_, at) => [red, green, blue][at % 3]! + 9 * i);
        await writeImage(join(project, 'data', split, name, `${i}.png`), pixels, 24, 24);
      }
    }
  }
  writeFileSync(join(project, 'plain.mixprop.json'), experiment(null));
  writeFileSync(join(project, 'listed.mixprop.json'), experiment('list.txt'));
  writeFileSync(join(project, 'list.txt'), 'elk\nbee\ndog\ncat\n');
  for (const [name, file] of [
    ['plain', 'plain'],
    ['listed', 'listed'],
  ]) {
    const { status, stderr } = mixprop(project, 'train', `${file}.mixprop.json`, '--name', name!, '--backend', 'wasm');
    expect(status, stderr).toBe(0);
  }
  // As a run is that was killed after its last record but one: it can go on.
  cpSync(join(project, 'runs', 'plain'), join(project, 'runs', 'stopped'), { recursive: true });
  const events = join(project, 'runs', 'stopped', 'events.jsonl');
  writeFileSync(events, `${readFileSync(events, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n')}\n`);
}, 120_000);

/** Renames in both splits, looks, and puts the names back. */
function withNames(renamed: Record<string, string>, look: () => void) {
  const move = ([from, to]: [string, string]) => {
    for (const split of ['train', 'val'])
      renameSync(join(project, 'data', split, from), join(project, 'data', split, to));
  };
  const pairs = Object.entries(renamed);
  pairs.forEach(move);
  try {
    look();
  } finally {
    pairs.map(([from, to]): [string, string] => [to, from]).forEach(move);
  }
}

describe('a run that was trained on bee, cat, dog, elk', { timeout: 120_000 }, () => {
  test.each(commands)('%s refuses bee that became wasp, by name', (...command) => {
    withNames({ bee: 'wasp' }, () => {
      const { status, stderr } = mixprop(project, ...command);
      expect(stderr).toContain('without bee; with wasp');
      expect(status).toBe(2);
    });
  });

  test('evaluate --data refuses four other classes', () => {
    const names = { bee: 'ant', cat: 'boa', dog: 'cow', elk: 'doe' };
    withNames(names, () => cpSync(join(project, 'data'), join(project, 'others'), { recursive: true }));
    for (const data of ['others', join('others', 'val')]) {
      const { status, stderr } = mixprop(project, 'evaluate', 'runs/plain', '--data', data);
      expect(stderr).toMatch(/without bee, cat, dog, elk; with ant, boa, cow, doe|no folder for 4 of 4 classes/);
      expect(status).toBe(2);
    }
  });

  test('an exported checkpoint knows them too', () => {
    const file = join(project, 'out.safetensors');
    expect(mixprop(project, 'export', 'runs/plain', '--format', 'safetensors', '--out', file).status).toBe(0);
    const whole = evaluated('runs/plain');
    expect(evaluated(file, '--experiment', 'plain.mixprop.json').clean).toEqual(whole.clean);
    // A list in another order counts by its names.
    const listed = evaluated(file, '--experiment', 'listed.mixprop.json');
    expect(listed.clean).toEqual(whole.clean);
    expect(listed.stderr).toContain('another order than the network was trained with');
    withNames({ bee: 'wasp' }, () => {
      const { status, stderr } = mixprop(project, 'evaluate', file, '--experiment', 'plain.mixprop.json');
      expect([status, stderr]).toEqual([2, expect.stringContaining('without bee; with wasp')]);
    });
  });

  test('in the order of a list: whatever becomes of the list’s order, the numbers are the same, and it is said', () => {
    const before = evaluated('runs/listed');
    expect(before.stderr).not.toContain('another order');
    expect(before.imageList).toBe(evaluated('runs/plain').imageList);
    rmSync(join(project, 'runs', 'listed', 'evaluations'), { recursive: true });
    const list = join(project, 'list.txt');
    const lines = readFileSync(list, 'utf8');
    try {
      writeFileSync(list, 'bee\ncat\ndog\nelk\n');
      const after = evaluated('runs/listed');
      expect(after.clean).toEqual(before.clean);
      expect(after.stderr).toContain('list.txt has the classes in another order than the network was trained with');
      const replayed = mixprop(project, 'replay', 'runs/listed', '--step', '3', '--json');
      expect(JSON.parse(replayed.stdout)).toMatchObject({ equal: true });
      writeFileSync(list, 'bee\ncat\ndog\n');
      const { status, stderr } = mixprop(project, 'evaluate', 'runs/listed');
      expect([status, stderr]).toEqual([2, expect.stringContaining('(without elk)')]);
    } finally {
      writeFileSync(list, lines);
    }
  });

  test('other images: a warning to evaluate, a refusal to resume and replay, unless they are meant', () => {
    const [from, to] = ['0.png', '0a.png'].map((name) => join(project, 'data', 'train', 'bee', name)) as [
      string,
      string,
    ];
    const gone = join(project, 'data', 'val', 'bee', '0.png');
    renameSync(from, to);
    rmSync(gone);
    const lost = 'validation images: 7 instead of 8, bee 1 instead of 2';
    expect(evaluated('runs/plain').stderr).toContain(lost);
    for (const command of [
      ['resume', 'runs/stopped'],
      ['replay', 'runs/stopped', '--step', '2'],
    ]) {
      const { status, stderr } = mixprop(project, ...command);
      expect(stderr).toContain('training images: 16 others');
      expect(stderr).toContain('add --other-images');
      expect(status).toBe(2);
    }
    expect(mixprop(project, 'resume', 'runs/stopped').stderr).toContain(lost);
    expect(mixprop(project, 'replay', 'runs/stopped', '--step', '2', '--other-images').status).toBe(0);
    expect(mixprop(project, 'resume', 'runs/stopped', '--other-images').status).toBe(0);
    const events = readFileSync(join(project, 'runs', 'stopped', 'events.jsonl'), 'utf8');
    expect(events).toContain('the data set has other images than stopped was trained with');
  });

  test('in a project that was moved: its own data; where they are gone, --data', () => {
    const moved = join(folder, 'moved');
    cpSync(project, moved, { recursive: true });
    rmSync(join(moved, 'runs', 'plain', 'evaluations'), { recursive: true });
    const data = join(folder, 'elsewhere');
    renameSync(join(project, 'data'), join(folder, 'gone'));
    try {
      expect(mixprop(moved, 'evaluate', 'runs/plain').status).toBe(0);
      renameSync(join(moved, 'data'), data);
      for (const command of [
        ['evaluate', 'runs/plain'],
        ['replay', 'runs/plain', '--step', '2', '--other-images'],
        ['explain', 'runs/plain', '--images', '1', '--out', 'maps'],
      ]) {
        const without = mixprop(moved, ...command);
        expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('say where it is with --data')]);
        expect(mixprop(moved, ...command, '--data', data).status).toBe(0);
      }
    } finally {
      renameSync(join(folder, 'gone'), join(project, 'data'));
    }
  });
});
