import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../common/files/make-folders';
import { lastLines, runCommand } from './child-process';
import { RuntimeError } from './installed-runtime';
import { pythonVersion } from './package-index';

/** How to run pip. */
export interface Pip {
  command: string;
  args: string[];
}

/** The first version that supports `manylinux_2_27`. */
const minPip = [20, 3];

/**
 * Wheels for Linux on x86-64 with glibc, of one Python version: TensorFlow's C library inside is the same in all of them, and
 * no Python ever loads it, so this machine's own version of Python does not matter.
 */
const wheelTags = [
  ...['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux2010', 'manylinux1'].flatMap((platform) => [
    '--platform',
    `${platform}_x86_64`,
  ]),
  ...['--python-version', pythonVersion, '--implementation', 'cp', '--abi', `cp${pythonVersion.replace('.', '')}`],
  '--only-binary=:all:',
  '--no-deps',
];

/** Overrides user settings that would interfere. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PIP_REQUIRE_VIRTUALENV: 'false',
  PIP_NO_INPUT: 'true',
  PIP_DISABLE_PIP_VERSION_CHECK: 'true',
  PIP_NO_COLOR: 'true',
  // Keeps pip from breaking the lines of its help.
  COLUMNS: '2000',
});

/**
 * The first pip of this machine that is new enough.
 * @throws RuntimeError when there is none
 */
export async function findPip(signal: AbortSignal): Promise<Pip> {
  const python = ['python3', 'python', 'py'].map((command) => ({ command, args: ['-m', 'pip'] }));
  const found: string[] = [];
  for (const pip of [...python, ...['pip3', 'pip'].map((command) => ({ command, args: [] }))]) {
    const { status, stdout } = await runCommand(pip.command, [...pip.args, '--version'], {
      env: environment(),
      signal,
      timeoutMs: 60_000,
    });
    const version = /^pip (\d+)\.(\d+)\S*/m.exec(stdout);
    if (status !== 0 || version === null) continue;
    const [major, minor] = [Number(version[1]), Number(version[2])];
    if (major > minPip[0] || (major === minPip[0] && minor >= minPip[1])) return pip;
    found.push(version[0]);
  }
  const wanted = `pip ${minPip.join('.')} or later`;
  throw new RuntimeError(
    found.length === 0
      ? `there is no pip on the path: install Python 3 with ${wanted} (Debian and Ubuntu: apt install python3-pip)`
      : `${found[0]} is too old: install ${wanted} (python3 -m pip install --upgrade pip)`,
  );
}

/** The address of pip's package index, from its help; undefined where that does not say. */
export async function indexOf(pip: Pip, signal: AbortSignal): Promise<string | undefined> {
  const { stdout } = await runCommand(pip.command, [...pip.args, 'download', '--help'], {
    env: environment(),
    signal,
    timeoutMs: 60_000,
  });
  return /--index-url <url>[^(]*\(default (https?:\/\/[^\s)]+)\)/.exec(stdout)?.[1];
}

/**
 * Downloads the wheel of a requirement with pip, which knows the credentials, certificates and proxies of its index, and
 * other configured places, such as a folder of wheels.
 * @returns the file, in `folder`
 * @throws RuntimeError with what pip said
 */
export async function downloadWithPip(
  pip: Pip,
  requirement: string,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const work = join(folder, 'wheel.pip');
  const temporary = join(work, 'tmp');
  rmSync(work, { recursive: true, force: true });
  makeFolders(temporary);
  try {
    const { status, stderr, failure } = await runCommand(
      pip.command,
      [...pip.args, 'download', '--quiet', '--progress-bar', 'off', ...wheelTags, '--dest', work, requirement],
      // pip downloads into the temporary folder first, which may be too small.
      { env: { ...environment(), TMPDIR: temporary, TEMP: temporary, TMP: temporary }, signal },
    );
    if (status !== 0) throw new RuntimeError(`pip could not download ${requirement}: ${failure ?? pipErrors(stderr)}`);
    const fileName = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (fileName === undefined) throw new RuntimeError(`pip downloaded no wheel for ${requirement}`);
    const file = join(folder, fileName);
    renameSync(join(work, fileName), file);
    return file;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** pip's errors, else the last lines of its output. */
function pipErrors(stderr: string): string {
  const errors = stderr.split('\n').filter((line) => line.startsWith('ERROR:'));
  return lastLines(errors.length > 0 ? errors.join('\n') : stderr, 2).replaceAll('ERROR: ', '') || 'it gave no reason';
}
