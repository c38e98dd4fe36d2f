import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../common/files/atomic-write';
import { makeFolders } from '../../common/files/make-folders';
import { compareVersions, type Host, minGlibc, thisHost, usesMusl } from './host';
import { installFromNpm } from './install-from-npm';
import { installFromWheels } from './install-from-wheels';
import type { Installation, StagedRuntime } from './installation';
import {
  installedRuntimes,
  manifestName,
  RuntimeError,
  type RuntimeManifest,
  type RuntimeName,
  runtimeNames,
  runtimesFolder,
} from './installed-runtime';
import { lockRuntimes } from './runtimes-lock';

/** One source of runtimes. */
interface Installer {
  title: string;
  install(installation: Installation): Promise<StagedRuntime>;
}

const wheelInstaller: Installer = { title: 'Python wheel', install: installFromWheels };
const npmInstaller: Installer = { title: "tfjs's own download", install: installFromNpm };

/** Suffixes of folders that exist only during an installation or a removal. */
const stagingSuffix = '.installing';
const removalSuffix = '.removing';

export interface InstallOutcome {
  folder: string;
  manifest: RuntimeManifest;
  /** Whether it was installed and sound before. */
  wasThere: boolean;
}

/**
 * Installs a native runtime into the user's folder of runtimes, with the first installer that works here. A failed or cancelled
 * installation leaves only downloads, which the next one resumes.
 * @throws RuntimeError with each installer's reason and remedy
 * @throws AbortError
 */
export async function installRuntime(
  name: RuntimeName,
  listener: Pick<Installation, 'signal' | 'onPlan' | 'onProgress'>,
): Promise<InstallOutcome> {
  const installers = installersFor(name, thisHost());
  const root = runtimesFolder();
  const lock = lockRuntimes(root);
  try {
    const folder = join(root, name);
    const found = installedRuntimes().find((runtime) => runtime.name === name);
    if (found?.runtime && found.manifest) return { folder, manifest: found.manifest, wasThere: true };
    removeLeftovers(root);
    const downloads = join(root, 'downloads');
    const staging = `${folder}${stagingSuffix}`;
    const staged = await firstThatWorks(installers, { name, folder, staging, downloads, ...listener });
    const manifest: RuntimeManifest = { format: 1, name, installed: new Date().toISOString(), ...staged };
    writeAtomically(join(staging, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
    removeFolder(folder);
    renameSync(staging, folder);
    rmSync(downloads, { recursive: true, force: true });
    return { folder, manifest, wasThere: false };
  } finally {
    try {
      removeLeftovers(root);
    } finally {
      lock.release();
    }
  }
}

/**
 * Removes a runtime and what unfinished installations have left.
 * @returns whether it was installed
 * @throws RuntimeError when an installation is in progress, or a file cannot be removed
 */
export function removeRuntime(name: RuntimeName): boolean {
  const root = runtimesFolder();
  if (!existsSync(root)) return false;
  const lock = lockRuntimes(root);
  try {
    const folder = join(root, name);
    const wasThere = existsSync(folder);
    removeFolder(folder);
    removeLeftovers(root);
    rmSync(join(root, 'downloads'), { recursive: true, force: true });
    return wasThere;
  } catch (error) {
    const { message } = error as Error;
    throw new RuntimeError(
      `${name} could not be removed: ${message}. End all runs that compute with it, then try again`,
    );
  } finally {
    lock.release();
  }
}

/**
 * The installers of a runtime on a host, the better one first.
 * @throws RuntimeError where there is none
 */
export function installersFor(name: RuntimeName, host: Host): Installer[] {
  const { platform, architecture, glibc } = host;
  const instead = 'the embedded backend, which needs nothing installed, works here';
  if (usesMusl(host))
    throw new RuntimeError(
      `there is no TensorFlow for Linux with musl (Alpine): use a distribution with glibc; ${instead}`,
    );
  if (name === 'tensorflow-gpu' && platform === 'darwin')
    throw new RuntimeError('tensorflow-gpu is for NVIDIA GPUs, which macOS does not drive: install tensorflow');
  if (platform !== 'linux' || architecture !== 'x64') return [npmInstaller];
  if (compareVersions(glibc ?? '0', minGlibc) >= 0) return [wheelInstaller, npmInstaller];
  return [npmInstaller];
}

async function firstThatWorks(installers: Installer[], installation: Installation): Promise<StagedRuntime> {
  const { name, staging, signal } = installation;
  const failures: string[] = [];
  for (const { title, install } of installers) {
    try {
      makeFolders(staging);
      return await install(installation);
    } catch (error) {
      rmSync(staging, { recursive: true, force: true });
      signal.throwIfAborted();
      // A system error, such as a full disk, explains itself as a RuntimeError does; anything else is a bug.
      const { message, code } = error as NodeJS.ErrnoException;
      if (!(error instanceof RuntimeError) && code === undefined) throw error;
      failures.push(`${title}: ${message}`);
    }
  }
  const lines = failures.map((failure) => `  ${failure}`);
  throw new RuntimeError(
    `${name} could not be installed.\n${lines.join('\n')}\n` +
      'Until then runs compute with the embedded backend. docs/native-runtime.md in the project says more, also on machines without network.',
  );
}

/** Removes what killed installations and removals left behind. The caller holds the lock. */
function removeLeftovers(root: string): void {
  for (const name of runtimeNames) {
    for (const suffix of [stagingSuffix, removalSuffix])
      rmSync(join(root, `${name}${suffix}`), { recursive: true, force: true });
  }
  // A killed pip leaves its folder of temporary files.
  const downloads = join(root, 'downloads');
  if (!existsSync(downloads)) return;
  for (const entry of readdirSync(downloads)) {
    if (entry.endsWith('.pip')) rmSync(join(downloads, entry), { recursive: true, force: true });
  }
}

/** Renames a folder before it removes its files, so that nobody finds half of it. */
function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const doomed = `${folder}${removalSuffix}`;
  rmSync(doomed, { recursive: true, force: true });
  renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}
