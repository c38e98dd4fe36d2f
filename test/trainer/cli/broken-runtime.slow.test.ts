import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readAllEvents } from '../../../common/run/event-reader';

const folder = mkdtempSync(join(tmpdir(), 'mixprop-broken-runtime-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, '..', '..', '..', 'dist', 'mixprop.js');
const experiment = join(folder, 'a.mixprop.json');
writeFileSync(
  experiment,
  JSON.stringify({
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 20, validationImages: 10 },
    model: { width: 4 },
    training: { epochs: 1, batchSize: 10 },
  }),
);

/** A runtime whose binding is not a library. */
function installRuntime(runtimes: string, changes: object = {}): string {
  const runtime = join(runtimes, 'tensorflow');
  mkdirSync(runtime, { recursive: true });
  writeFileSync(join(runtime, 'tfjs_binding.node'), 'binding');
  const manifest = {
    format: 1,
    name: 'tensorflow',
    version: '2.21.0',
    origin: 'pip',
    binding: 'prebuilt',
    bindingFile: 'tfjs_binding.node',
    installed: '2026-01-01T00:00:00.000Z',
    files: [{ path: 'tfjs_binding.node', size: 7, sha256: '' }],
    ...changes,
  };
  writeFileSync(join(runtime, 'runtime.json'), JSON.stringify(manifest));
  return runtime;
}

function train(runtimes: string, ...more: string[]) {
  return spawnSync(
    process.execPath,
    [program, 'train', experiment, '--runs', join(runtimes, 'runs'), '--name', 'a', ...more],
    {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, MIXPROP_RUNTIMES: runtimes },
    },
  );
}

describe.each([
  ['a library that cannot be loaded', (runtimes: string) => void installRuntime(runtimes), 'cannot be loaded'],
  [
    'another version of TensorFlow',
    (runtimes: string) => void installRuntime(runtimes, { version: '2.5.0' }),
    'holds TensorFlow 2.5.0',
  ],
  [
    'a missing library',
    (runtimes: string) => {
      const files = [
        { path: 'tfjs_binding.node', size: 7, sha256: '' },
        { path: 'libtensorflow_cc.so.2', size: 9, sha256: '' },
      ];
      installRuntime(runtimes, { files });
    },
    'libtensorflow_cc.so.2 is missing',
  ],
  [
    'an interrupted installation',
    (runtimes: string) => rmSync(join(installRuntime(runtimes), 'runtime.json')),
    'this runtime is incomplete',
  ],
])('with %s', (name, install, message) => {
  const runtimes = join(folder, name.replaceAll(' ', '-'));

  test('auto trains on the embedded backend, and says why', () => {
    install(runtimes);
    const { status } = train(runtimes);
    expect(status).toBe(0);
    const run = join(runtimes, 'runs', 'a');
    const warnings = readAllEvents(run).flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings.join()).toContain(message);
    expect(warnings.join()).toContain('mixprop runtime install tensorflow');
    expect(JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8')).backend).toBe('wasm');
    rmSync(run, { recursive: true });
  });

  test('asked for by name it ends with the remedy, and leaves nothing', () => {
    const { status, stderr } = train(runtimes, '--backend', 'tensorflow');
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('mixprop runtime install tensorflow');
    expect(existsSync(join(runtimes, 'runs', 'a'))).toBe(false);
  });
});

test('a removed runtime is as good as none', () => {
  const runtimes = join(folder, 'removed');
  rmSync(installRuntime(runtimes), { recursive: true });
  const { status, stderr } = train(runtimes, '--backend', 'tensorflow');
  expect(status).toBe(2);
  expect(stderr).toContain('the native TensorFlow runtime is not installed');
  expect(train(runtimes).status).toBe(0);
});
