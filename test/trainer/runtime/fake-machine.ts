import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWheel } from './fake-wheel';

const checkout = join(__dirname, '..', '..', '..');

/** How a command of `mixprop` ended. */
export interface CommandEnd {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** TensorFlow's wheel, in small. */
export const wheelFiles = {
  'tensorflow/libtensorflow_cc.so.2': 'C library '.repeat(1000),
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'header',
  'tensorflow/python/ops.py': 'not wanted',
};

/**
 * A machine in a folder: a packaged `mixprop` with a prebuilt binding, a path with nothing on it but what a test adds, a data
 * folder. Native libraries are texts; the binding is a script that a hook loads in place of a library.
 */
export class FakeMachine {
  readonly runtimes: string;
  readonly environment: NodeJS.ProcessEnv;
  private readonly bin: string;
  private readonly program: string;
  readonly binding: string;

  constructor(readonly folder: string) {
    this.runtimes = join(folder, 'data', 'runtimes');
    this.bin = join(folder, 'bin');
    this.program = join(folder, 'program');
    this.binding = join(this.program, 'native', 'linux-x64', 'tfjs_binding.node');
    mkdirSync(this.bin);
    mkdirSync(dirname(this.binding), { recursive: true });
    const beside = ['mixprop-kernels.wasm', 'tfjs-backend-wasm-threaded-simd.wasm', 'kernel-worker.js'];
    for (const name of ['mixprop.js', 'mixprop-commands.js', 'runtime-probe.js', ...beside]) {
      copyFileSync(join(checkout, 'dist', name), join(this.program, name));
    }
    this.writeBinding();
    const hook = join(folder, 'hook.cjs');
    writeFileSync(hook, "require('node:module')._extensions['.node'] = require('node:module')._extensions['.js'];\n");
    this.environment = {
      PATH: this.bin,
      HOME: folder,
      NODE_PATH: join(checkout, 'node_modules'),
      NODE_OPTIONS: `--require ${hook}`,
      MIXPROP_RUNTIMES: this.runtimes,
    };
  }

  /** @param product what it computes; right is 19, 22, 43, 50 */
  writeBinding(version = '2.21.0', product = [19, 22, 43, 50]): void {
    writeFileSync(
      this.binding,
      `const library = __dirname + '/tensorflow/libtensorflow_cc.so.2';
       if (!require('node:fs').existsSync(library)) throw new Error(library + ': cannot open shared object file');
       module.exports = {
         TF_Version: '${version}', createTensor: () => 1, executeOp: () => [{ id: 2 }],
         tensorDataSync: () => Float32Array.of(${product}), isUsingGpuDevice: () => false,
       };`,
    );
  }

  /** Puts a script for Node on the path. */
  addProgram(name: string, script: string): void {
    const file = join(this.bin, name);
    writeFileSync(file, `#!${process.execPath}\n${script}`);
    chmodSync(file, 0o755);
  }

  /**
   * A python3 whose pip is set to a package index, or to none, and downloads the wheels of `files` (package name → file).
   */
  addPip(files: Record<string, string>, { version = '24.0', index = '' } = {}): void {
    this.addProgram(
      'python3',
      `const fs = require('node:fs'), files = ${JSON.stringify(files)}, args = process.argv.slice(2);
       if (args[0] !== '-m' || args[1] !== 'pip') process.exit(9);
       if (args[2] === '--version') console.log('pip ${version} from somewhere (python 3.12)');
       else if (args[3] === '--help') console.log('  -i, --index-url <url>  Base URL (default ${index}). More.');
       else if (args[2] === 'download') {
         const [name] = args.at(-1).match(/^[\\w-]+/);
         fs.appendFileSync(${JSON.stringify(this.pipLog)}, args.at(-1) + '\\n');
         if (!files[name]) { console.error('ERROR: No matching distribution found for ' + args.at(-1)); process.exit(1); }
         const file = files[name].split('/').at(-1);
         fs.copyFileSync(files[name], args[args.indexOf('--dest') + 1] + '/' + file);
       }`,
    );
  }

  /** What pip was asked to download, a line each. */
  get pipLog(): string {
    return join(this.folder, 'pip.log');
  }

  /** Writes a wheel; gives its file and checksum. */
  makeWheel(fileName: string, files: Record<string, string>, damage = {}): { file: string; sha256: string } {
    const file = join(this.folder, fileName);
    writeWheel(file, files, damage);
    return { file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
  }

  start(...args: string[]): ChildProcess {
    const program = join(this.program, 'mixprop.js');
    return spawn(process.execPath, [program, ...args], { cwd: this.folder, env: this.environment });
  }

  async mixprop(...args: string[]): Promise<CommandEnd> {
    return ended(this.start(...args));
  }

  has(...path: string[]): boolean {
    return existsSync(join(this.runtimes, ...path));
  }
}

/** Waits for a process with its output. */
export function ended(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (text) => {
      output.stdout += text;
    });
    child.stderr?.on('data', (text) => {
      output.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...output }));
  });
}
