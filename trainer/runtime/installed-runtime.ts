import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { reasonOf } from '../../common/errors/system-error';

/** The native runtimes, the preferred one first. */
export const runtimeNames = ['tensorflow-gpu', 'tensorflow'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** A complete native TensorFlow runtime. */
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

/** The wheels' TensorFlow, the one that everything is tested with. */
export const wheelVersion = '2.21.0';

/** tfjs-node 4.22's own download: 2.9.1 on most platforms, an older one on some processors. */
const ownDownloadVersion = /^2\.[5-9]\.\d+$/;

/** Whether the backend works with a TensorFlow of this version, from a Python wheel or the download of tfjs's npm package. */
export function isSupportedVersion(version: string, origin: 'pip' | 'npm'): boolean {
  return origin === 'pip' ? version === wheelVersion : ownDownloadVersion.test(version);
}

export const manifestName = 'runtime.json';
/**
 * Of a runtime's folder, and of the ops that its binding holds (backends/native-ops): raised when either changes, so that
 * older installations are replaced.
 */
const manifestFormat = 1;

const entry = { error: 'a file without path, size or sha256' };

/** `runtime.json`, written last: a folder without it holds no runtime. */
const manifestSchema = z.object(
  {
    format: z.literal(manifestFormat, { error: ({ input }) => `format ${input} instead of ${manifestFormat}` }),
    name: z.enum(runtimeNames, { error: ({ input }) => `of "${input}"` }),
    /** TensorFlow's version. */
    version: z.string({ error: 'no TensorFlow version' }),
    origin: z.enum(['pip', 'npm'], { error: ({ input }) => `origin "${input}"` }),
    /** Where the binding came from: built beforehand, compiled at the installation, or tfjs's npm package. */
    binding: z.enum(['prebuilt', 'compiled', 'npm'], { error: ({ input }) => `binding "${input}"` }),
    /** The binding, relative to the folder, with forward slashes. */
    bindingFile: z.string({ error: 'no binding' }),
    /** ISO 8601. */
    installed: z.string({ error: 'no date' }),
    /** Every file of the runtime but the manifest. */
    files: z.array(z.object({ path: z.string(entry), size: z.number(entry), sha256: z.string(entry) }, entry), {
      error: 'no list of files',
    }),
  },
  { error: 'no JSON object' },
);
export type RuntimeManifest = z.infer<typeof manifestSchema>;

/** The user's folder of native runtimes, never the workspace, which may be shared with other machines. */
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
  const remedy = `run "mixprop runtime install ${name}" to reinstall it`;
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
    try {
      const found = statSync(file, { throwIfNoEntry: false });
      if (found === undefined) return `${file} is missing`;
      if (found.size !== size) return `${file} has ${found.size} bytes instead of ${size}`;
    } catch (error) {
      return `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    }
  }
  return undefined;
}

/** @throws Error with what is wrong */
function parseManifest(value: unknown, name: RuntimeName): RuntimeManifest {
  const { data: manifest, error } = manifestSchema.safeParse(value);
  if (error) throw new Error(error.issues[0].message);
  if (manifest.name !== name) throw new Error(`of "${manifest.name}"`);
  if (!manifest.files.some(({ path }) => path === manifest.bindingFile)) throw new Error('no binding');
  return manifest;
}
