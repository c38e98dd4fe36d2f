import { readFileSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../common/errors/system-error';

/** The native runtimes there can be, the preferred one first. */
export const runtimeNames = ['tensorflow-gpu', 'tensorflow'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** A native TensorFlow runtime that was installed whole. */
export interface InstalledRuntime {
  name: RuntimeName;
  folder: string;
  /** tfjs's N-API binding, to be loaded with `require`. It finds TensorFlow's libraries by its own run path. */
  bindingFile: string;
  /** TensorFlow's version. */
  version: string;
}

/** Something is wrong with a native runtime. The message says what, and the remedy. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
}

/** Where the libraries came from: a Python wheel, or the download of tfjs's own npm package. */
export type RuntimeOrigin = 'pip' | 'npm';

/** The wheels' TensorFlow, the one that everything is tested with. */
export const wheelVersion = '2.21.0';

/** tfjs-node 4.22's own download: 2.9.1 on most platforms, an older one on some processors. */
const ownDownloadVersion = /^2\.[5-9]\.\d+$/;

/** Whether the backend works with a TensorFlow of that version and origin. */
export function isSupportedVersion(version: string, origin: RuntimeOrigin): boolean {
  return origin === 'pip' ? version === wheelVersion : ownDownloadVersion.test(version);
}

/** `runtime.json`, written last: a folder without it holds no runtime. */
export interface RuntimeManifest {
  format: 1;
  name: RuntimeName;
  /** TensorFlow's version. */
  version: string;
  origin: RuntimeOrigin;
  /** How the binding came: built beforehand, compiled at the installation, or with tfjs's npm package. */
  binding: 'prebuilt' | 'compiled' | 'npm';
  /** The binding, relative to the folder, with forward slashes. */
  bindingFile: string;
  /** ISO 8601. */
  installed: string;
  /** Every file of the runtime but the manifest. */
  files: { path: string; size: number; sha256: string }[];
}

export const manifestName = 'runtime.json';
/**
 * Of a runtime's folder, and of the ops that its binding holds (backends/native-ops): raised when either changes, so that
 * older installations are made anew.
 */
const manifestFormat = 1;

/** The user's folder of native runtimes: never the workspace, which may be of another machine. */
export function runtimesFolder(): string {
  const { MIXPROP_RUNTIMES, XDG_DATA_HOME, LOCALAPPDATA } = process.env;
  if (MIXPROP_RUNTIMES) return resolve(MIXPROP_RUNTIMES);
  return join(userDataFolder(process.platform, XDG_DATA_HOME, LOCALAPPDATA), 'mixprop', 'runtimes');
}

function userDataFolder(platform: NodeJS.Platform, xdgDataHome?: string, localAppData?: string): string {
  if (platform === 'win32') return localAppData || join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return xdgDataHome || join(homedir(), '.local', 'share');
}

/** A runtime's folder as found: sound with `runtime`, otherwise with what is wrong. */
export interface FoundRuntime {
  name: RuntimeName;
  folder: string;
  manifest?: RuntimeManifest;
  runtime?: InstalledRuntime;
  /** What is wrong, and the remedy. */
  problem?: string;
}

/**
 * The runtimes on the disk, sound or not, the preferred one first. A quick look: the manifest, the versions, and whether
 * every file is there with its size; nothing is loaded. Never throws.
 */
export function installedRuntimes(): FoundRuntime[] {
  return runtimeNames.flatMap((name) => {
    const folder = join(runtimesFolder(), name);
    try {
      if (!statSync(folder).isDirectory()) return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      return [{ name, folder, problem: `${folder} cannot be read: ${reasonOf(error)}` }];
    }
    return [inspectRuntime(name, folder)];
  });
}

function inspectRuntime(name: RuntimeName, folder: string): FoundRuntime {
  const remedy = `run "mixprop runtime install ${name}" to install it anew`;
  const file = join(folder, manifestName);
  let manifest: RuntimeManifest;
  try {
    manifest = parseManifest(JSON.parse(readFileSync(file, 'utf8')), name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'is missing: this runtime is incomplete' : `cannot be used (${code ?? message})`;
    return { name, folder, problem: `${file} ${what}; ${remedy}` };
  }
  const { version, origin, bindingFile } = manifest;
  if (!isSupportedVersion(version, origin)) {
    const wanted = origin === 'pip' ? wheelVersion : '2.5 to 2.9';
    const problem = `${folder} holds TensorFlow ${version}, but this version of MixProp Studio works with ${wanted}; ${remedy}`;
    return { name, folder, manifest, problem };
  }
  const problem = firstDamage(folder, manifest);
  if (problem !== undefined) return { name, folder, manifest, problem: `${problem}; ${remedy}` };
  return { name, folder, manifest, runtime: { name, folder, version, bindingFile: join(folder, bindingFile) } };
}

function firstDamage(folder: string, { files }: RuntimeManifest): string | undefined {
  for (const { path, size } of files) {
    const file = join(folder, path);
    let found: Stats | undefined;
    try {
      found = statSync(file, { throwIfNoEntry: false });
    } catch (error) {
      return `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    }
    if (found === undefined) return `${file} is missing`;
    if (found.size !== size) return `${file} has ${found.size} bytes instead of ${size}`;
  }
  return undefined;
}

/** @throws Error with what is wrong */
function parseManifest(value: unknown, name: RuntimeName): RuntimeManifest {
  const manifest = value as Partial<RuntimeManifest> | null;
  if (typeof manifest !== 'object' || manifest === null) throw new Error('no JSON object');
  if (manifest.format !== manifestFormat) throw new Error(`format ${manifest.format} instead of ${manifestFormat}`);
  if (manifest.name !== name) throw new Error(`of "${manifest.name}"`);
  if (typeof manifest.version !== 'string') throw new Error('no TensorFlow version');
  if (manifest.origin !== 'pip' && manifest.origin !== 'npm') throw new Error(`origin "${manifest.origin}"`);
  const files = manifest.files;
  const isFile = (file: unknown) => {
    const { path, size } = (file ?? {}) as { path?: unknown; size?: unknown };
    return typeof path === 'string' && typeof size === 'number';
  };
  if (!Array.isArray(files) || !files.every(isFile)) throw new Error('no list of files');
  if (!files.some(({ path }) => path === manifest.bindingFile)) throw new Error('no binding');
  return manifest as RuntimeManifest;
}
