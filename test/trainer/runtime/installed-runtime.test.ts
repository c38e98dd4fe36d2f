import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { installedRuntimes, type RuntimeName, runtimesFolder } from '../../../trainer/runtime/installed-runtime';
import { temporaryFolders } from '../../common/temporary-folder';

const newFolder = temporaryFolders();
let root = '';
beforeEach(() => {
  root = newFolder();
  vi.stubEnv('MIXPROP_RUNTIMES', root);
});
afterEach(() => vi.unstubAllEnvs());

/** The first sound runtime: what computes. */
const usableRuntime = () => installedRuntimes().find(({ runtime }) => runtime)?.runtime;

function write(name: RuntimeName, changes: object = {}): string {
  const folder = join(root, name);
  mkdirSync(join(folder, 'tensorflow'), { recursive: true });
  writeFileSync(join(folder, 'tfjs_binding.node'), 'binding');
  writeFileSync(join(folder, 'tensorflow', 'library'), 'library');
  const manifest = {
    format: 1,
    name,
    version: '2.21.0',
    origin: 'pip',
    binding: 'prebuilt',
    bindingFile: 'tfjs_binding.node',
    installed: '2026-01-01T00:00:00.000Z',
    files: [
      { path: 'tfjs_binding.node', size: 7, sha256: '' },
      { path: 'tensorflow/library', size: 7, sha256: '' },
    ],
    ...changes,
  };
  writeFileSync(join(folder, 'runtime.json'), JSON.stringify(manifest));
  return folder;
}

describe('installedRuntimes', () => {
  test('finds none where there is no folder, or a file in its place', () => {
    rmSync(root, { recursive: true });
    expect(installedRuntimes()).toEqual([]);
    writeFileSync(root, '');
    expect(installedRuntimes()).toEqual([]);
    expect(usableRuntime()).toBeUndefined();
  });

  test('finds a sound one', () => {
    const folder = write('tensorflow');
    const runtime = { name: 'tensorflow', folder, version: '2.21.0', bindingFile: join(folder, 'tfjs_binding.node') };
    expect(installedRuntimes()).toMatchObject([{ name: 'tensorflow', folder, runtime }]);
    expect(usableRuntime()).toEqual(runtime);
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'no manifest',
      (folder) => rmSync(join(folder, 'runtime.json')),
      /runtime\.json is missing: this runtime is incomplete/,
    ],
    [
      'a torn manifest',
      (folder) => writeFileSync(join(folder, 'runtime.json'), '{"format": 1,'),
      /cannot be used \(.*JSON/,
    ],
    ['a manifest that is no object', (folder) => writeFileSync(join(folder, 'runtime.json'), '7'), /no JSON object/],
    ['another format', () => write('tensorflow', { format: 2 }), /format 2 instead of 1/],
    ['another name', () => write('tensorflow', { name: 'tensorflow-gpu' }), /of "tensorflow-gpu"/],
    ['an unknown origin', () => write('tensorflow', { origin: 'conda' }), /origin "conda"/],
    ['no files', () => write('tensorflow', { files: 3 }), /no list of files/],
    ['a binding that is not listed', () => write('tensorflow', { bindingFile: '../x.node' }), /no binding/],
    ['another TensorFlow', () => write('tensorflow', { version: '2.20.0' }), /TensorFlow 2\.20\.0, but .* 2\.21\.0/],
    ['a missing file', (folder) => rmSync(join(folder, 'tensorflow'), { recursive: true }), /library is missing/],
    ['a file cut short', (folder) => writeFileSync(join(folder, 'tfjs_binding.node'), 'b'), /has 1 bytes instead of 7/],
  ])('names %s and the remedy', (_, damage, message) => {
    damage(write('tensorflow'));
    const [found] = installedRuntimes();
    expect(found.problem).toMatch(message);
    expect(found.problem).toMatch(/run "mixprop runtime install tensorflow" to reinstall it$/);
    expect(found.runtime).toBeUndefined();
    expect(usableRuntime()).toBeUndefined();
  });

  test('accepts the versions that tfjs’s own download has', () => {
    write('tensorflow', { origin: 'npm', version: '2.9.1' });
    expect(usableRuntime()?.version).toBe('2.9.1');
    write('tensorflow', { origin: 'npm', version: '2.21.0' });
    expect(usableRuntime()).toBeUndefined();
  });

  test('prefers the GPU’s, unless it is damaged', () => {
    write('tensorflow');
    const gpu = write('tensorflow-gpu');
    expect(usableRuntime()?.name).toBe('tensorflow-gpu');
    rmSync(join(gpu, 'tfjs_binding.node'));
    expect(usableRuntime()?.name).toBe('tensorflow');
    expect(installedRuntimes().map(({ name, problem }) => [name, problem === undefined])).toEqual([
      ['tensorflow-gpu', false],
      ['tensorflow', true],
    ]);
  });
});

describe('runtimesFolder', () => {
  test('is the one that MIXPROP_RUNTIMES names', () => {
    expect(runtimesFolder()).toBe(root);
    vi.stubEnv('MIXPROP_RUNTIMES', 'here');
    expect(runtimesFolder()).toBe(join(process.cwd(), 'here'));
  });

  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, join(homedir(), '.local', 'share', 'mixprop', 'runtimes')],
    ['linux', { XDG_DATA_HOME: '/data' }, join('/data', 'mixprop', 'runtimes')],
    ['darwin', { XDG_DATA_HOME: '/data' }, join(homedir(), 'Library', 'Application Support', 'mixprop', 'runtimes')],
    ['win32', { LOCALAPPDATA: '/local' }, join('/local', 'mixprop', 'runtimes')],
  ])('is in the user’s data folder (%s, %o)', (platform, environment, expected) => {
    const real = process.platform;
    const cleared = { MIXPROP_RUNTIMES: '', XDG_DATA_HOME: '', LOCALAPPDATA: '' };
    for (const [name, value] of Object.entries({ ...cleared, ...environment })) vi.stubEnv(name, value);
    Object.defineProperty(process, 'platform', { value: platform });
    try {
      expect(runtimesFolder()).toBe(expected);
    } finally {
      Object.defineProperty(process, 'platform', { value: real });
    }
  });
});
