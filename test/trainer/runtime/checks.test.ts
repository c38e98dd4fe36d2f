import { describe, expect, test } from 'vitest';
import { checkGpuLibraries, checkGpus } from '../../../trainer/runtime/gpu-checks';
import { compareVersions, type Host } from '../../../trainer/runtime/host';
import { checkDisk, checkMemory, checkNode, checkPlatform, checkProcessor } from '../../../trainer/runtime/host-checks';
import { installersFor } from '../../../trainer/runtime/install-runtime';
import type { FoundRuntime, RuntimeManifest } from '../../../trainer/runtime/installed-runtime';
import { type NvidiaDriver, parseGpus } from '../../../trainer/runtime/nvidia';
import { parseCpuInfo } from '../../../trainer/runtime/processor';
import { checkNoRuntime, checkRuntime } from '../../../trainer/runtime/runtime-checks';

const debian: Host = { platform: 'linux', architecture: 'x64', glibc: '2.36' };
const alpine: Host = { platform: 'linux', architecture: 'x64' };

describe('Node', () => {
  test.each([
    ['18.20.4', 'problem', /too old/],
    ['20.9.0', 'ok', /^Node 20\.9\.0$/],
    ['22.11.0', 'ok', /^Node 22\.11\.0$/],
    ['24.1.0', 'ok', /util\.isNullOrUndefined/],
  ])('%s', (version, status, message) => {
    expect(checkNode(version)).toMatchObject({ status, message: expect.stringMatching(message) });
  });
});

describe('the platform', () => {
  test('with glibc is sound', () => expect(checkPlatform(debian)).toMatchObject({ status: 'ok' }));

  test.each([
    [alpine, /musl/],
    [{ ...debian, glibc: '2.17' }, /glibc 2\.17: TensorFlow's wheel needs 2\.27/],
  ])('%o has the embedded backend only', (host, message) => {
    const check = checkPlatform(host);
    expect(check).toMatchObject({ status: 'warning', message: expect.stringMatching(message) });
    expect(check.remedy).toContain('the embedded backend works here');
  });

  test('decides the ways of installing', () => {
    const titles = (host: Host, name: 'tensorflow' | 'tensorflow-gpu' = 'tensorflow') =>
      installersFor(name, host).map(({ title }) => title);
    expect(titles(debian)).toEqual(['Python wheel', "tfjs's own download"]);
    expect(titles({ ...debian, glibc: '2.17' })).toEqual(["tfjs's own download"]);
    expect(titles({ ...debian, architecture: 'arm64' })).toEqual(["tfjs's own download"]);
    expect(titles({ platform: 'win32', architecture: 'x64' }, 'tensorflow-gpu')).toEqual(["tfjs's own download"]);
    expect(() => titles(alpine)).toThrow(/no TensorFlow for Linux with musl .* embedded backend/);
    expect(() => titles({ platform: 'darwin', architecture: 'arm64' }, 'tensorflow-gpu')).toThrow(
      /install tensorflow$/,
    );
  });

  test('versions compare by number', () => {
    expect(compareVersions('2.4', '2.27')).toBeLessThan(0);
    expect(compareVersions('525.60.13', '525.60')).toBeGreaterThan(0);
    expect(compareVersions('9.0', '9.0.0')).toBe(0);
  });
});

describe('the processor', () => {
  const x86 = (flags: string) => parseCpuInfo(`processor\t: 0\nflags\t\t: fpu ${flags}\nbugs\t: x\n`);

  test.each([
    ['avx avx2 fma avx512f amx_bf16 amx_tile', true, ['avx2', 'fma', 'avx512f', 'amx_bf16']],
    ['avx avx2 avx512f avx512_bf16', true, ['avx2', 'avx512f', 'avx512_bf16']],
    ['avx avx2 avx512_bf16x', false, ['avx2']],
  ])('with %s', (flags, bfloat16, features) => {
    const hasAvx512 = features.includes('avx512f');
    expect(x86(flags)).toEqual({ features, bfloat16, hasAvx512, lacksAvx: false });
    const check = checkProcessor({ model: 'A', cores: 1, ...x86(flags) });
    const said = bfloat16 ? 'bfloat16 supported' : 'bfloat16 not supported';
    expect(check).toEqual({ name: 'processor', status: 'ok', message: `A, 1 core, ${features.join(' ')}, ${said}` });
  });

  test('without AVX runs the embedded backend', () => {
    const check = checkProcessor({ model: 'A', cores: 2, ...x86('sse4_2') });
    expect(check).toMatchObject({ status: 'warning', message: expect.stringContaining('no AVX') });
  });

  test('of other kinds, or of none that is known', () => {
    expect(parseCpuInfo('Features\t: fp asimd bf16\n')).toEqual({ features: ['asimd', 'bf16'], bfloat16: true });
    expect(parseCpuInfo('')).toEqual({});
  });
});

test('memory counts a container’s limit', () => {
  expect(checkMemory(16e9, 8e9, 0)).toMatchObject({ status: 'ok', message: '8.0 GB free of 16.0 GB' });
  expect(checkMemory(16e9, 8e9, 2 ** 63)).toMatchObject({ status: 'ok', message: '8.0 GB free of 16.0 GB' });
  expect(checkMemory(16e9, 8e9, 5e8)).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('limit 500 MB'),
  });
  expect(checkMemory(16e9, 5e8, 0)).toMatchObject({ status: 'warning' });
});

test('a folder that cannot be made, as a file is in the way', async () => {
  expect(await checkDisk('runs', `${import.meta.filename}/runs`)).toMatchObject({
    status: 'warning',
    message: `${import.meta.filename} is a file: runs cannot go to ${import.meta.filename}/runs`,
  });
});

const manifest = (changes: Partial<RuntimeManifest> = {}): RuntimeManifest => ({
  format: 1,
  name: 'tensorflow-gpu',
  version: '2.21.0',
  origin: 'pip',
  binding: 'prebuilt',
  bindingFile: 'tfjs_binding.node',
  installed: '',
  files: [],
  ...changes,
});
const gpuRuntime = (changes: Partial<RuntimeManifest> = {}): FoundRuntime => ({
  name: 'tensorflow-gpu',
  folder: '/r',
  manifest: manifest(changes),
});
const driver = (line: string): NvidiaDriver => ({ gpus: parseGpus(line), cuda: '12.4' });
const h100 = driver('NVIDIA H100 80GB HBM3, 550.54.15, 9.0, 81559\n');

describe('GPUs', () => {
  test('are read from the driver’s list', () => {
    expect(parseGpus('A, 1.2, 8.6, 100\n\nB, 1.2, [N/A], [N/A]\nnonsense\n')).toEqual([
      { name: 'A', driver: '1.2', computeCapability: '8.6', memoryMiB: 100 },
      { name: 'B', driver: '1.2' },
    ]);
  });

  test('are told with driver, CUDA, compute capability and memory', () => {
    const message = 'NVIDIA H100 80GB HBM3, 80 GiB, compute capability 9.0, driver 550.54.15, CUDA up to 12.4';
    expect(checkGpus(h100, undefined)).toEqual([{ name: 'gpu', status: 'ok', message }]);
    expect(checkGpus(h100, gpuRuntime())).toEqual([{ name: 'gpu', status: 'ok', message }]);
  });

  test('are plainly absent without a driver', () => {
    expect(checkGpus(undefined, undefined)).toEqual([
      {
        name: 'gpu',
        status: 'absent',
        message: 'no NVIDIA driver (nvidia-smi was not found): runs compute on the processor',
      },
    ]);
    expect(checkGpus(undefined, gpuRuntime())[0]).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('driver'),
    });
    const failing = { gpus: [], failure: 'Driver/library version mismatch' };
    expect(checkGpus(failing, undefined)[0]).toMatchObject({ status: 'warning', message: failing.failure });
  });

  test('are too new for tfjs’s own download with CUDA 11', () => {
    const npm = gpuRuntime({ origin: 'npm', version: '2.9.1' });
    expect(checkGpus(h100, npm)[0]).toMatchObject({ status: 'warning', message: expect.stringContaining('CUDA 11.2') });
    expect(checkGpus(driver('A100, 550.1, 8.0, 4'), npm)[0].status).toBe('ok');
  });

  test('are too old, or their driver is', () => {
    expect(checkGpus(driver('K80, 550.1, 3.7, 4'), gpuRuntime())[0]).toMatchObject({ status: 'warning' });
    const old = checkGpus(driver('A100, 470.82.01, 8.0, 4'), gpuRuntime())[0];
    expect(old).toMatchObject({ status: 'warning', remedy: expect.stringContaining('525.60.13') });
  });
});

test('the GPU’s libraries are named with their versions, and missing ones', () => {
  const files = ['cudart.so.12', 'cublas.so.12', 'cudnn.so.9', 'cufft.so.11', 'cusolver.so.11', 'cusparse.so.12'];
  const paths = files.map((name) => ({ path: `nvidia/x/lib/lib${name}`, size: 1, sha256: '' }));
  expect(checkGpuLibraries(manifest({ files: paths }))).toMatchObject({
    status: 'ok',
    message: 'CUDA 12, cuBLAS 12, cuDNN 9, cuFFT 11, cuSOLVER 11, cuSPARSE 12',
  });
  expect(checkGpuLibraries(manifest({ files: paths.toSpliced(2, 1) }))).toMatchObject({
    status: 'warning',
    message: 'missing: libcudnn.so',
  });
});

describe('a runtime', () => {
  const runtime = { name: 'tensorflow-gpu' as const, folder: '/r', bindingFile: '/r/x.node', version: '2.21.0' };
  const sound = { ...gpuRuntime(), runtime };

  test('that does not load names the loader’s reason and a remedy', async () => {
    const check = async (problem: string) =>
      checkRuntime({ ...sound, trial: { works: false, isRefused: true, problem, log: '' } }, undefined);
    expect(await check('libx.so.1: cannot open shared object file')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('does not work: libx.so.1: cannot open shared object file'),
      remedy: expect.stringContaining('mixprop runtime install tensorflow-gpu'),
    });
    expect((await check("libc.so.6: version `GLIBC_2.27' not found")).remedy).toContain('distribution is too old');
    expect((await check('was ended by SIGILL: ')).remedy).toContain('embedded backend');
  });

  test('that leaves a GPU unused says what TensorFlow says', async () => {
    const log = '2026-01-01 00:00:00.123: W tensorflow/core/gpu/gpu_device.cc:12] Cannot dlopen some GPU libraries.\n';
    const trial = { works: true as const, version: '2.21.0', usesGpu: false, log };
    const check = await checkRuntime({ ...sound, trial }, h100);
    expect(check.status).toBe('warning');
    expect(check.message).toMatch(/does not use the GPU of this machine: Cannot dlopen some GPU libraries\.$/);
    expect((await checkRuntime({ ...sound, trial }, undefined)).message).toContain('finds no GPU');
    expect((await checkRuntime({ ...sound, trial: { ...trial, usesGpu: true } }, h100)).status).toBe('ok');
  });

  test('is recommended where there is none, for the GPU where there is one', () => {
    expect(checkNoRuntime(debian, undefined).remedy).toContain('"mixprop runtime install tensorflow"');
    expect(checkNoRuntime(debian, h100).remedy).toContain('"mixprop runtime install tensorflow-gpu"');
    expect(checkNoRuntime(alpine, undefined)).toMatchObject({ status: 'absent' });
  });
});
