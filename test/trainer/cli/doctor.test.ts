import { chmodSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../trainer/runtime/check';
import { temporaryFolders } from '../../common/temporary-folder';
import { FakeMachine } from '../runtime/fake-machine';

const newFolder = temporaryFolders();
const newMachine = () => new FakeMachine(newFolder());

async function doctor(machine: FakeMachine, ...args: string[]) {
  const { status, stdout, stderr } = await machine.mixprop('doctor', '--json', ...args);
  expect(stderr).not.toMatch(/^\s+at /m);
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  expect(status).toBe(ok ? 0 : 1);
  const find = (name: string) => checks.find((check) => check.name === name);
  return { ok, checks, find };
}

/** Puts a runtime together as an installation would; its binding is the machine's. */
function addRuntime(machine: FakeMachine, script: string): string {
  const folder = join(machine.runtimes, 'tensorflow');
  mkdirSync(join(folder, 'tensorflow'), { recursive: true });
  const files = { 'tfjs_binding.node': script, 'tensorflow/libtensorflow_cc.so.2': 'library' };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const manifest = {
    format: 1,
    name: 'tensorflow',
    version: '2.21.0',
    origin: 'pip',
    binding: 'compiled',
    bindingFile: 'tfjs_binding.node',
    installed: '2026-01-01T00:00:00.000Z',
    files: Object.entries(files).map(([path, text]) => ({ path, size: text.length, sha256: '' })),
  };
  writeFileSync(join(folder, 'runtime.json'), JSON.stringify(manifest));
  return folder;
}
const working = `module.exports = { TF_Version: '2.21.0', createTensor: () => 1, executeOp: () => [{ id: 2 }],
  tensorDataSync: () => Float32Array.of(19, 22, 43, 50), isUsingGpuDevice: () => false };`;

describe('doctor', () => {
  test('is content with the embedded backend, and recommends the native runtime', async () => {
    const { ok, checks, find } = await doctor(newMachine());
    expect(ok).toBe(true);
    expect(find('backend')).toMatchObject({ status: 'ok', message: 'wasm (embedded)' });
    expect(find('embedded backend')).toMatchObject({ status: 'ok' });
    expect(find('native runtime')).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('runtime install'),
    });
    expect(find('gpu')).toMatchObject({ status: 'absent', message: expect.stringContaining('no NVIDIA driver') });
    expect(checks.filter(({ name }) => name === 'disk')).toHaveLength(2);
  });

  test('tells people with marks, aligned, and what to do', async () => {
    const { status, stdout } = await newMachine().mixprop('doctor');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^✓ node {14}Node \d/m);
    expect(stdout).toMatch(/^– gpu {15}no NVIDIA driver/m);
    expect(stdout).toMatch(/^! native runtime {4}none installed.*\n {20}→ run "mixprop runtime install tensorflow"/m);
  });

  test('tries the runtime and names its origin', async () => {
    const machine = newMachine();
    addRuntime(machine, working);
    const { ok, find } = await doctor(machine);
    expect(ok).toBe(true);
    expect(find('tensorflow')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('TensorFlow 2.21.0 (origin pip, binding compiled) computes on the processor'),
    });
    expect(find('backend')).toMatchObject({ status: 'ok', message: 'tensorflow (TensorFlow 2.21.0, CPU)' });
  });

  test.each<[string, string, RegExp, Check['status']]>([
    [
      'throws',
      "throw new Error('libx.so: cannot open shared object file')",
      /not work: libx\.so: cannot open/,
      'warning',
    ],
    ['ends its process', "process.kill(process.pid, 'SIGSEGV')", /not work: was ended by SIGSEGV/, 'problem'],
    ['exits', 'process.exit(3)', /not work: exit status 3/, 'problem'],
    ['is no binding', 'module.exports = {}', /not work: binding\.createTensor is not a function/, 'problem'],
    ['is another version', working.replace('2.21.0', '2.19.0'), /says it is 2\.19\.0/, 'ok'],
  ])('survives a binding that %s', async (_, script, message, backend) => {
    const machine = newMachine();
    addRuntime(machine, script);
    const { ok, find } = await doctor(machine);
    expect(find('tensorflow')).toMatchObject({ status: 'warning', message: expect.stringMatching(message) });
    expect(find('tensorflow')?.remedy).toContain('mixprop runtime install tensorflow');
    expect(find('backend')?.status).toBe(backend);
    expect(ok).toBe(backend !== 'problem');
  });

  test('takes a damaged runtime for a warning: auto leaves it alone', async () => {
    const machine = newMachine();
    truncateSync(join(addRuntime(machine, working), 'tfjs_binding.node'), 3);
    const { ok, find } = await doctor(machine);
    expect(ok).toBe(true);
    expect(find('tensorflow')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('3 bytes instead of'),
    });
    expect(find('backend')?.message).toBe('wasm (embedded)');
  });

  test('finds a problem when no backend is left', async () => {
    const machine = newMachine();
    const kernels = join(dirname(dirname(dirname(machine.binding))), 'mixprop-kernels.wasm');
    truncateSync(kernels, 100);
    const broken = await doctor(machine);
    expect(broken.ok).toBe(false);
    expect(broken.find('embedded backend')?.message).toBe(`${kernels} is damaged`);
    expect(broken.find('backend')).toMatchObject({ status: 'problem', remedy: expect.stringContaining('reinstall') });
    addRuntime(machine, working);
    expect((await doctor(machine)).ok).toBe(true);
    rmSync(kernels);
    expect((await doctor(machine)).find('embedded backend')?.message).toContain('cannot be read (ENOENT)');
  });

  test('asks the NVIDIA driver', async () => {
    const machine = newMachine();
    machine.addProgram(
      'nvidia-smi',
      `console.log(process.argv[2] ? 'NVIDIA L4, 550.54.15, 8.9, 23034' : '| Driver Version: 550.54.15   CUDA Version: 12.4 |')`,
    );
    const found = await doctor(machine);
    expect(found.find('gpu')?.message).toBe(
      'NVIDIA L4, 22 GiB, compute capability 8.9, driver 550.54.15, CUDA up to 12.4',
    );
    expect(found.find('native runtime')?.remedy).toContain('install tensorflow-gpu');
    machine.addProgram('nvidia-smi', "console.log('Failed to initialize NVML'); process.exit(18)");
    expect((await doctor(machine)).find('gpu')).toMatchObject({
      status: 'warning',
      message: 'Failed to initialize NVML',
    });
  });

  test('says where it may not write', async () => {
    const machine = newMachine();
    const runs = join(machine.folder, 'runs');
    mkdirSync(runs);
    chmodSync(runs, 0o555);
    const { checks } = await doctor(machine, '--runs', join(runs, 'deep', 'inside'));
    const disk = checks.findLast(({ name }) => name === 'disk');
    // root may write everywhere
    const isRoot = process.getuid?.() === 0;
    if (!isRoot && process.platform !== 'win32') expect(disk?.message).toContain(`${runs} is not writable`);
    else expect(disk?.message).toContain(join(runs, 'deep', 'inside'));
  });

  test('takes no arguments', async () => {
    expect(await newMachine().mixprop('doctor', 'all')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('doctor takes options only, not "all"'),
    });
  });
});
