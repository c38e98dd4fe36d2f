import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { buildFolder } from './build-folder';
import { lastLines, runCommand } from './child-process';
import { RuntimeError } from './installed-runtime';

/** File name of tfjs's N-API binding. */
export const bindingName = 'tfjs_binding.node';

/** TensorFlow's libraries as the wheels name them, in `tensorflow/`. */
export const libraryNames = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

const headerFolders = [
  'tensorflow/c/',
  'tensorflow/core/common_runtime/next_pluggable_device/c/',
  'tensorflow/core/platform/ctstring',
  'tsl/platform/',
  'xla/tsl/c/',
];

/** Whether a file of TensorFlow's wheel is a header that the binding includes. */
export function isBindingHeader(path: string): boolean {
  return headerFolders.some((folder) => path.startsWith(`tensorflow/include/${folder}`));
}

/** The binding packaged with the extension (scripts/build-binding.mjs); undefined in a checkout, which compiles it. */
export function prebuiltBinding(): string | undefined {
  const file = join(buildFolder(), 'native', 'linux-x64', bindingName);
  return existsSync(file) ? file : undefined;
}

/** Folders that the binding is compiled from: in a checkout, not in the packaged extension. */
export interface BindingSources {
  /** The npm package that holds `binding/`. */
  tfjsNode: string;
  /** Node's headers for N-API. */
  nodeApi: string;
  /** Our ops, which are linked with it. */
  nativeOps: string;
}

export function bindingSources(): BindingSources | undefined {
  try {
    const find = createRequire(join(buildFolder(), 'index.js'));
    const tfjsNode = dirname(find.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    const nodeApi = join(dirname(find.resolve('node-api-headers/package.json')), 'include');
    const nativeOps = join(buildFolder(), '..', 'trainer', 'backends', 'native-ops');
    const isWhole = existsSync(join(tfjsNode, 'binding', 'tfjs_binding.cc')) && existsSync(nativeOps);
    return isWhole ? { tfjsNode, nodeApi, nativeOps } : undefined;
  } catch {
    return undefined;
  }
}

/** The C++ compiler of this machine: what CXX names, or the first on the path. */
function findCompiler(): string | undefined {
  const { CXX, PATH = '' } = process.env;
  if (CXX) return CXX;
  return ['g++', 'c++', 'clang++'].find((name) =>
    PATH.split(delimiter).some((folder) => isProgram(join(folder, name))),
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Compiles the binding, with our own ops, against TensorFlow's libraries and headers in `<folder>/tensorflow`, as `<folder>/tfjs_binding.node`.
 * One binding serves the CPU's and the GPU's libraries: they have the same names.
 * @throws RuntimeError where there is no compiler, or with its errors
 * @throws AbortError
 */
export async function compileBinding(folder: string, sources: BindingSources, signal?: AbortSignal): Promise<void> {
  const compiler = findCompiler();
  if (compiler === undefined)
    throw new RuntimeError('there is no C++ compiler on the path: install g++ (Debian and Ubuntu: apt install g++)');
  // So that the compiler's errors name relative paths.
  const cwd = sources.tfjsNode;
  const args = [
    ...['-std=c++17', '-O2', '-s', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
    ...['-I', sources.nodeApi, '-I', cwd, '-I', join(folder, 'tensorflow', 'include'), '-pthread'],
    ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
    ...readdirSync(sources.nativeOps).flatMap((name) => (name.endsWith('.cc') ? join(sources.nativeOps, name) : [])),
    ...['-o', join(folder, bindingName)],
    ...libraryNames.map((name) => join(folder, 'tensorflow', name)),
    // A symbol of GCC 11's C++ runtime, without which the binding also loads on older distributions. (Linking that runtime
    // statically would instead ask for the newest glibc.)
    '-D__throw_bad_array_new_length=__throw_bad_alloc',
    '-Wl,-rpath,$ORIGIN/tensorflow',
  ];
  const { status, stderr, failure } = await runCommand(compiler, args, { cwd, signal, timeoutMs: 600_000 });
  if (status !== 0)
    throw new RuntimeError(`${compiler} could not compile the binding: ${failure ?? lastLines(stderr, 4)}`);
}
