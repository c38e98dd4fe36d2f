import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { thisProcess } from '../../../common/run/process-identity';
import { temporaryFolders } from '../../common/temporary-folder';
import { ended, FakeMachine, wheelFiles } from '../runtime/fake-machine';

const newFolder = temporaryFolders();
const newMachine = () => new FakeMachine(newFolder());
const wheelName = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

/** A machine whose pip has no index but gets TensorFlow's wheel. */
function machineWithWheel(files: Record<string, string> = wheelFiles, damage = {}): FakeMachine {
  const machine = newMachine();
  machine.addPip({ 'tensorflow-cpu': machine.makeWheel(wheelName, files, damage).file });
  return machine;
}

const jsonLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string } & Record<string, unknown>);

/** What is in the folder of runtimes but downloads: nothing, after any installation that did not succeed. */
const remains = (machine: FakeMachine) => readdirSync(machine.runtimes).filter((name) => name !== 'downloads');

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/**
 * A package index with one wheel. It sends `limit` bytes of that and then keeps quiet, or refuses it with a `status`; `ranges`
 * collects what was asked for.
 */
async function serveIndex(content: Buffer, sha256: string) {
  const state = { limit: Number.POSITIVE_INFINITY, status: 0, ranges: [] as (string | undefined)[], index: '' };
  const server = createServer((request, response: ServerResponse) => {
    const { range } = request.headers;
    if (request.url === '/simple/tensorflow-cpu/') {
      const page = `<!DOCTYPE html><a href="../../files/${wheelName}#sha256=${sha256}">${wheelName}</a>`;
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    } else if (request.url !== `/files/${wheelName}` || state.status > 0) {
      response.writeHead(state.status || 404).end();
    } else if (range === 'bytes=0-0') {
      response.writeHead(206, { 'content-range': `bytes 0-0/${content.length}` }).end(content.subarray(0, 1));
    } else {
      state.ranges.push(range);
      const start = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
      const part = start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {};
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start, ...part });
      if (state.limit < content.length) response.write(content.subarray(start, state.limit));
      else response.end(content.subarray(start));
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
  return state;
}

// The other platforms have no wheel to install from.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('runtime install, from a wheel', () => {
  test('installs, lists, is content with what is there, removes', async () => {
    const machine = machineWithWheel();
    const installed = await machine.mixprop('runtime', 'install', 'tensorflow', '--json');
    expect(installed.stderr).toContain('tensorflow is installed: TensorFlow 2.21.0');
    expect(installed.status).toBe(0);
    const folder = join(machine.runtimes, 'tensorflow');
    const messages = jsonLines(installed.stdout);
    const plan = messages.find(({ type }) => type === 'plan');
    expect(plan).toMatchObject({ name: 'tensorflow', folder, diskBytes: expect.any(Number) });
    expect(plan?.downloadBytes).toBeGreaterThan(0);
    const phases = messages.flatMap(({ type, phase, done, total }) => {
      if (type === 'progress') expect(done as number).toBeLessThanOrEqual(total as number);
      return type === 'progress' ? [phase] : [];
    });
    expect([...new Set(phases)]).toEqual([
      'looking up packages',
      'downloading with pip',
      'downloading',
      'unpacking',
      'testing',
    ]);
    const told = { name: 'tensorflow', folder, version: '2.21.0', origin: 'pip', binding: 'prebuilt' };
    expect(messages.at(-1)).toEqual({ type: 'installed', ...told });
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
      'runtime.json',
      'tensorflow',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tfjs_binding.node',
    ]);
    expect(readdirSync(machine.runtimes)).toEqual(['tensorflow']);

    const listed = await machine.mixprop('runtime', 'list', '--json');
    expect(JSON.parse(listed.stdout)).toEqual([{ ...told, isSound: true, diskBytes: expect.any(Number) }]);

    rmSync(machine.binding);
    const again = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('tensorflow is already there') });

    expect((await machine.mixprop('runtime', 'remove', 'tensorflow')).stdout).toBe('tensorflow is removed\n');
    expect(readdirSync(machine.runtimes)).toEqual([]);
    expect((await machine.mixprop('runtime', 'remove', 'tensorflow')).stdout).toContain('there is no tensorflow in');
  });

  test('takes the GPU’s libraries that the wheel names, and no others', async () => {
    const machine = newMachine();
    const requires = [
      'numpy>=1.26',
      'nvidia-cudnn-cu12 (<10.0,>=9.3) ; extra == "and-cuda"',
      'gcs>=1; extra == "gcs-filesystem"',
    ];
    const metadata = requires.map((requirement) => `Requires-Dist: ${requirement}\n`).join('');
    const tensorflow = machine.makeWheel('tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl', {
      ...wheelFiles,
      'package-1.dist-info/METADATA': metadata,
    });
    const library = { 'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn', 'nvidia/cudnn/include/cudnn.h': 'header' };
    const cudnn = machine.makeWheel('nvidia_cudnn_cu12-9.3-py3-none-manylinux2014_x86_64.whl', library);
    machine.addPip({ tensorflow: tensorflow.file, 'nvidia-cudnn-cu12': cudnn.file });
    const installed = await machine.mixprop('runtime', 'install', 'tensorflow-gpu');
    expect(installed.stderr).toBe('');
    expect(readFileSync(machine.pipLog, 'utf8')).toBe('tensorflow==2.21.0\nnvidia-cudnn-cu12<10.0,>=9.3\n');
    const there = readdirSync(join(machine.runtimes, 'tensorflow-gpu'), { recursive: true });
    expect(there).toContain('nvidia/cudnn/lib/libcudnn.so.9');
    expect(there).not.toContain('nvidia/cudnn/include/cudnn.h');
  });

  test('installs a damaged runtime anew', async () => {
    const machine = machineWithWheel();
    await machine.mixprop('runtime', 'install', 'tensorflow');
    truncateSync(join(machine.runtimes, 'tensorflow', 'tensorflow', 'libtensorflow_cc.so.2'), 5);
    const listed = await machine.mixprop('runtime', 'list');
    expect(listed.stdout).toMatch(/libtensorflow_cc\.so\.2 has 5 bytes instead of 10000; run "mixprop runtime install/);
    expect((await machine.mixprop('runtime', 'install', 'tensorflow')).stdout).toContain('tensorflow is installed');
    expect(JSON.parse((await machine.mixprop('runtime', 'list', '--json')).stdout)[0].isSound).toBe(true);
  });

  test.each<[string, () => FakeMachine, RegExp]>([
    ['no pip', newMachine, /Python wheel: there is no pip on the path: install Python 3 with pip 20\.3 or later/],
    [
      'an old pip',
      () => {
        const machine = newMachine();
        machine.addPip({}, { version: '20.2.4' });
        return machine;
      },
      /pip 20\.2\.4 is too old: install pip 20\.3 or later/,
    ],
    [
      'a wheel that the index does not have',
      () => {
        const machine = newMachine();
        machine.addPip({});
        return machine;
      },
      /pip does not say which index it uses; pip could not download tensorflow-cpu==2\.21\.0: No matching distribution found/,
    ],
    [
      'a flipped bit in the wheel',
      () => machineWithWheel(wheelFiles, { content: 'tensorflow/libtensorflow_cc.so.2' }),
      /is damaged: tensorflow\/libtensorflow_cc\.so\.2 differs from its checksum in RECORD/,
    ],
    [
      'a wheel without the library',
      () => machineWithWheel({ 'tensorflow/libtensorflow_cc.so.2': 'alone' }),
      /has no tensorflow\/libtensorflow_framework\.so\.2/,
    ],
    [
      'a library of another version',
      () => {
        const machine = machineWithWheel();
        machine.writeBinding('2.20.0');
        return machine;
      },
      /says it is 2\.20\.0 instead of 2\.21\.0/,
    ],
    [
      'a library that computes wrongly',
      () => {
        const machine = machineWithWheel();
        machine.writeBinding('2.21.0', [1, 2, 3, 4]);
        return machine;
      },
      /does not work: it computed 1,2,3,4/,
    ],
    [
      'a binding that ends its process',
      () => {
        const machine = machineWithWheel();
        writeFileSync(machine.binding, "process.kill(process.pid, 'SIGSEGV')");
        return machine;
      },
      /does not work: was ended by SIGSEGV/,
    ],
  ])('says what is wrong with %s, and leaves nothing', async (_, make, message) => {
    const machine = make();
    const { status, stderr } = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(stderr).toMatch(/^mixprop: tensorflow could not be installed\./m);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/tfjs's own download: npm: npm was not found/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(1);
    expect(remains(machine)).toEqual([]);
  });

  test('downloads with pip what the server refuses to others', async () => {
    const machine = newMachine();
    const { file, sha256 } = machine.makeWheel(wheelName, wheelFiles);
    const server = await serveIndex(readFileSync(file), sha256);
    server.status = 401;
    machine.addPip({ 'tensorflow-cpu': file }, server);
    expect(await machine.mixprop('runtime', 'install', 'tensorflow')).toMatchObject({ status: 0, stderr: '' });
    machine.addPip({}, server);
    await machine.mixprop('runtime', 'remove', 'tensorflow');
    const refused = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(refused.stderr).toMatch(
      /\.whl was refused: 401 .*; pip could not download tensorflow-cpu==2\.21\.0: No matching/,
    );
  });

  test('does without pip’s download where the index and its server answer, and tells the size', async () => {
    const machine = newMachine();
    const { file, sha256 } = machine.makeWheel('elsewhere.whl', wheelFiles);
    const content = readFileSync(file);
    machine.addPip({}, await serveIndex(content, sha256));
    const installed = await machine.mixprop('runtime', 'install', 'tensorflow', '--json');
    expect(installed.status).toBe(0);
    expect(jsonLines(installed.stdout).find(({ type }) => type === 'plan')?.downloadBytes).toBe(content.length);
    expect(existsSync(machine.pipLog)).toBe(false);
  });

  test('refuses a wheel with another checksum than the index has', async () => {
    const machine = newMachine();
    const { file } = machine.makeWheel('elsewhere.whl', wheelFiles);
    machine.addPip({}, await serveIndex(readFileSync(file), '0'.repeat(64)));
    const refused = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(refused.stderr).toMatch(/\.whl has the sha256 checksum [0-9a-f]{64} instead of 0{64}/);
    expect(readdirSync(join(machine.runtimes, 'downloads'))).toEqual([]);
  });

  test.each(['SIGKILL', 'SIGINT'] as const)('goes on with its download after %s', async (signal) => {
    const machine = newMachine();
    const { file, sha256 } = machine.makeWheel('elsewhere.whl', wheelFiles);
    const server = await serveIndex(readFileSync(file), sha256);
    server.limit = 400;
    machine.addPip({}, server);
    const child = machine.start('runtime', 'install', 'tensorflow', '--json');
    const end = ended(child);
    await expect.poll(() => partSize(machine)).toBe(400);
    child.kill(signal);
    const { status, stdout, stderr } = await end;
    if (signal === 'SIGINT')
      expect(stderr).toContain('tensorflow was cancelled; the next one goes on with what was downloaded');
    expect(status).toBe(signal === 'SIGINT' ? 1 : null);
    expect(stdout).not.toContain('"installed"');
    expect((await machine.mixprop('runtime', 'list', '--json')).stdout).toBe('[]\n');
    if (signal === 'SIGINT') expect(remains(machine)).toEqual([]);

    server.limit = Number.POSITIVE_INFINITY;
    expect(await machine.mixprop('runtime', 'install', 'tensorflow')).toMatchObject({ status: 0, stderr: '' });
    expect(server.ranges).toEqual([undefined, 'bytes=400-']);
    expect(readdirSync(machine.runtimes)).toEqual(['tensorflow']);
  });

  test('ends what it has started when it is cancelled', async () => {
    const machine = newMachine();
    const pidFile = join(machine.folder, 'pid');
    machine.addProgram(
      'python3',
      `if (process.argv.includes('--version')) console.log('pip 24.0 from somewhere');
       else { require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => 0, 1000); }`,
    );
    const child = machine.start('runtime', 'install', 'tensorflow');
    const end = ended(child);
    const pipProcess = () => Number(readFileSync(pidFile, { encoding: 'utf8', flag: 'a+' }));
    await expect.poll(pipProcess).toBeGreaterThan(0);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ status: 1, stderr: expect.not.stringMatching(/^\s+at /m) });
    await expect.poll(() => isRunning(pipProcess())).toBe(false);
    expect(remains(machine)).toEqual([]);
  });

  test('does not collide with another installation, but with no dead one', async () => {
    const machine = machineWithWheel();
    mkdirSync(machine.runtimes, { recursive: true });
    const lock = join(machine.runtimes, 'lock.json');
    writeFileSync(lock, JSON.stringify({ ...thisProcess(), id: 'another' }));
    const refused = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(
      `another installation is in progress in ${machine.runtimes} (process ${process.pid} on`,
    );
    expect((await machine.mixprop('runtime', 'remove', 'tensorflow')).status).toBe(1);

    const dead = machine.start('runtime', 'list');
    await once(dead, 'close');
    writeFileSync(lock, JSON.stringify({ ...thisProcess(), pid: dead.pid, id: 'dead' }));
    mkdirSync(join(machine.runtimes, 'tensorflow.installing', 'half'), { recursive: true });
    expect(await machine.mixprop('runtime', 'install', 'tensorflow')).toMatchObject({ status: 0, stderr: '' });
    expect(machine.has('tensorflow', 'half')).toBe(false);
    expect(readdirSync(machine.runtimes)).toEqual(['tensorflow']);
  });

  test('takes the npm package where there is no pip, and says why when its download fails', async () => {
    const machine = newMachine();
    machine.addProgram(
      'npm',
      fakeNpm(`fs.mkdirSync(home + '/tensorflow'); fs.writeFileSync(home + '/tensorflow/libtensorflow_cc.so.2', 'x');`),
    );
    machine.writeBinding('2.9.1');
    machine.environment.FAKE_BINDING = machine.binding;
    const installed = await machine.mixprop('runtime', 'install', 'tensorflow', '--json');
    expect(jsonLines(installed.stdout).at(-1)).toMatchObject({ version: '2.9.1', origin: 'npm', binding: 'npm' });
    expect(machine.has('tensorflow', 'package', 'lib', 'napi-v8', 'tfjs_binding.node')).toBe(true);
    expect(machine.has('tensorflow', 'package', 'deps', 'lib', 'libtensorflow.so.2')).toBe(true);
    expect(machine.has('tensorflow', 'npm')).toBe(false);
    expect(JSON.parse((await machine.mixprop('runtime', 'list', '--json')).stdout)[0].isSound).toBe(true);

    await machine.mixprop('runtime', 'remove', 'tensorflow');
    machine.addProgram('npm', "console.error('many lines\\nnpm error code ENOTFOUND\\nmore lines'); process.exit(1);");
    const refused = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(refused.stderr).toMatch(
      /Python wheel: there is no pip .*\n.*tfjs's own download: npm install failed: npm error code ENOTFOUND/,
    );
    expect(remains(machine)).toEqual([]);
  });
});

/** A npm that puts the package's parts where the real one does. */
function fakeNpm(more: string): string {
  return `
    const fs = require('node:fs');
    if (!process.argv.includes('--ignore-scripts=false')) process.exit(7);
    const name = process.argv.at(-1).replace(/@[^@]*$/, '');
    const home = 'node_modules/' + name + '/lib/napi-v8';
    fs.mkdirSync(home, { recursive: true });
    fs.copyFileSync(process.env.FAKE_BINDING, home + '/tfjs_binding.node');
    fs.mkdirSync('node_modules/' + name + '/deps/lib', { recursive: true });
    fs.writeFileSync('node_modules/' + name + '/deps/lib/libtensorflow.so.2', 'library');
    ${more}`;
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

function partSize(machine: FakeMachine): number {
  try {
    return readFileSync(join(machine.runtimes, 'downloads', `${wheelName}.part`)).length;
  } catch {
    return 0;
  }
}

describe('runtime', () => {
  test.each<[string[], RegExp]>([
    [[], /say what to do with the runtime: install, list or remove/],
    [['install'], /runtime install takes one name: tensorflow or tensorflow-gpu/],
    [['install', 'pytorch'], /there is no runtime "pytorch": tensorflow or tensorflow-gpu/],
    [['install', 'tensorflow', 'more'], /takes one name/],
    [['list', 'all'], /runtime list takes no further arguments/],
    [['remove', '../x'], /there is no runtime/],
    [['upgrade'], /there is no "runtime upgrade"/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await newMachine().mixprop('runtime', ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('lists nothing where nothing was ever installed', async () => {
    const machine = newMachine();
    expect((await machine.mixprop('runtime', 'list', '--json')).stdout).toBe('[]\n');
    expect((await machine.mixprop('runtime', 'list')).stdout).toContain(
      '"mixprop runtime install tensorflow" gets one',
    );
  });

  test('says so when the folder cannot be written', async () => {
    const machine = newMachine();
    writeFileSync(join(machine.folder, 'data'), 'a file in the way');
    const { status, stderr } = await machine.mixprop('runtime', 'install', 'tensorflow');
    expect(status).toBe(1);
    expect(stderr).toMatch(/runtimes cannot be written: .*\(E\w+\): name another folder in .* MIXPROP_RUNTIMES/);
  });
});
