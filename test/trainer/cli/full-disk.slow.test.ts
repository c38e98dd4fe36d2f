import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeImageFolder } from '../data/images/image-files';
import { writeFinishedRun } from './finished-run';

const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const folder = mkdtempSync(join(tmpdir(), 'mixprop-full-'));
afterAll(() => rmSync(folder, { recursive: true }));
const run = join(folder, 'run');

beforeAll(async () => {
  const dataset = { type: 'shapes', imageSize: 16, trainingImages: 10, validationImages: 10 } as const;
  writeFinishedRun(run, { dataset, model: { architecture: 'preact-resnet18', width: 4 } }, 10);
  await writeImageFolder(join(folder, 'photos'), 1, 1, 40);
});

/** Runs a command that may write files of so many KiB; a longer file fails as on a full disk. */
function limited(kibibytes: number, ...args: string[]) {
  const shell = ['-c', `ulimit -f ${kibibytes}; exec "$0" "$@"`, process.execPath, program, ...args];
  const { status, stderr } = spawnSync('bash', shell, { encoding: 'utf8', cwd: folder });
  return { status, stderr };
}

const unlimited = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder });

function expectFailure({ status, stderr }: ReturnType<typeof limited>, file: string): void {
  expect(stderr).toContain(`cannot write ${file}: the file may not grow any further`);
  expect(stderr).toContain('(EFBIG)');
  expect(stderr).not.toContain('    at ');
  expect(stderr).not.toContain('resume the run');
  expect(status).toBe(1);
}

describe.skipIf(process.platform === 'win32')(
  'a disk that fills leaves a message and no half file',
  { timeout: 60_000 },
  () => {
    test.each<[string, number, string[], string]>([
      [
        'explain --out',
        0,
        ['explain', 'run', '--images', '1', '--out', 'out'],
        'out/validation-circle-000001-main.png',
      ],
      ['explain --figure', 4, ['explain', 'run', '--images', '1', '--figure', 'out/f.png'], 'out/f.png'],
      ['explain --maps', 1, ['explain', 'run', '--images', '1', '2', '--maps', 'out'], 'out/images.json'],
      ['export', 20, ['export', 'run', '--format', 'safetensors', '--out', 'w.safetensors'], 'w.safetensors'],
      ['recipe write', 0, ['recipe', 'write', 'shapes-mixprop', '--out', 'r.mixprop.json'], 'r.mixprop.json'],
      [
        'corrupt, one image',
        1,
        ['corrupt', 'photos/val/cat/0.png', '--corruption', 'gaussian_noise', '--severity', '5', '--out', 'c.png'],
        'c.png',
      ],
    ])('%s', (_, limit, args, file) => {
      const backend = args[0] === 'explain' ? ['--backend', 'wasm'] : [];
      const { status, stderr } = limited(limit, ...args, ...backend);
      expect(stderr).toMatch(new RegExp(`cannot write (\\S*/)?${file.replaceAll('.', '\\.')}: the file may not grow`));
      expect(stderr).not.toContain('    at ');
      expect(status).toBe(1);
      expect(existsSync(join(folder, file))).toBe(false);
      const place = join(folder, file, '..');
      expect(readdirSync(place).filter((name) => /part|tmp/.test(name))).toEqual([]);
      rmSync(join(folder, 'out'), { recursive: true, force: true });
    });

    test('corrupt of a folder stops, says so once, and the same command goes on', () => {
      const args = ['corrupt', 'photos', '--corruption', 'contrast,gaussian_noise', '--severity', '1', '--out', 'many'];
      const failed = limited(1, ...args);
      expect(failed.status).toBe(1);
      expect(failed.stderr.match(/cannot write .*many\/\S+\.png: .*\(EFBIG\)/g)).toHaveLength(1);
      const { status, stdout } = unlimited(...args, '--json');
      expect(status).toBe(0);
      const { written, kept } = JSON.parse(stdout) as { written: number; kept: number };
      expect(written + kept).toBe(8);
      expect(written).toBeGreaterThanOrEqual(4);
    });

    test('evaluate: predictions, the result, and the run’s own record; the same command goes on', () => {
      const out = join(folder, 'evaluated');
      mkdirSync(out);
      const [predictions, result] = [join(out, 'p.jsonl'), join(out, 'o.json')];
      const args = ['evaluate', 'run', '--backend', 'wasm', '--corruptions', 'fog', '--severities', '1,2'];
      const all = [...args, '--predictions', predictions, '--out', result];
      const failed = limited(1, ...all);
      expect(failed.stderr).toMatch(
        /cannot write \S+\.(draft|part): .*\(EFBIG\).*; the same command goes on from what/,
      );
      expect(failed.stderr).not.toMatch(/resume the run| {4}at /);
      expect(failed.status).toBe(1);
      expect(readdirSync(out).filter((name) => !name.endsWith('.part'))).toEqual([]);
      const files = readdirSync(join(run, 'evaluations'));
      expect(files.filter((name) => !name.endsWith('.draft'))).toEqual([]);
      expect(unlimited(...all).status).toBe(0);
      expect(readFileSync(predictions, 'utf8').trimEnd().split('\n')).toHaveLength(10 * 2 * 3);
      expect(readdirSync(out).sort()).toEqual(['o.json', 'p.jsonl']);

      rmSync(result);
      // The run's evaluation is there already.
      expectFailure(limited(0, ...args, '--baseline', 'none', '--out', result), onlyEvaluation());
      expect(JSON.parse(readFileSync(join(folder, onlyEvaluation()), 'utf8'))).toMatchObject({ format: 1, run: 'run' });
      expect(existsSync(result)).toBe(false);
    });

    const onlyEvaluation = () => {
      const names = readdirSync(join(run, 'evaluations')).filter((name) => name.endsWith('.json'));
      expect(names).toHaveLength(1);
      return join('run', 'evaluations', names[0]!);
    };
  },
);
