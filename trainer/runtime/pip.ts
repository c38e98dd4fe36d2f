import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, runCommand } from './child-process';
import { hashFile } from './download';
import { RuntimeError } from './installed-runtime';

/** A pip that can be used, as command and first arguments. */
export interface Pip {
  command: string;
  args: string[];
}

/** A wheel as pip found it in its index. */
export interface Wheel {
  name: string;
  version: string;
  fileName: string;
  url: string;
  /** In hexadecimal digits, where the index has it. */
  sha256?: string;
  /** What it requires, as in its metadata: "package<2,>=1; extra == \"x\"". */
  requires: string[];
}

/** `--report` came with pip 22.2. */
const oldestPip = [22, 2];

/**
 * Wheels for Linux on x86-64 with glibc, of one Python version: TensorFlow's C library inside is the same in all of them, and
 * no Python ever loads it, so this machine's own version of Python does not matter.
 */
const wheelTags = [
  ...['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux2010', 'manylinux1'].flatMap((platform) => [
    '--platform',
    `${platform}_x86_64`,
  ]),
  ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
  '--only-binary=:all:',
  '--no-deps',
];

/** A person's settings may ask for what does not go with a target folder. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PIP_USER: 'false',
  PIP_REQUIRE_VIRTUALENV: 'false',
  PIP_NO_INPUT: 'true',
  PIP_DISABLE_PIP_VERSION_CHECK: 'true',
  PIP_NO_COLOR: 'true',
});

/**
 * The first pip of this machine that is new enough.
 * @throws RuntimeError when there is none
 */
export async function findPip(signal?: AbortSignal): Promise<Pip> {
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
    if (major > oldestPip[0] || (major === oldestPip[0] && minor >= oldestPip[1])) return pip;
    found.push(version[0]);
  }
  const wanted = `pip ${oldestPip.join('.')} or later`;
  throw new RuntimeError(
    found.length === 0
      ? `there is no pip on the path: install Python 3 with ${wanted} (Debian and Ubuntu: apt install python3-pip)`
      : `${found[0]} is too old: install ${wanted} (python3 -m pip install --upgrade pip)`,
  );
}

/**
 * Where pip's index has the wheels that meet the requirements; nothing is downloaded but their metadata.
 * @throws RuntimeError with what pip said
 */
export async function findWheels(pip: Pip, requirements: string[], signal?: AbortSignal): Promise<Wheel[]> {
  const args = ['install', '--dry-run', '--ignore-installed', '--report', '-', '--quiet', ...wheelTags];
  const { status, stdout, stderr, failure } = await runCommand(
    pip.command,
    // A dry run leaves the target alone, yet pip wants one for wheels of another platform.
    [...pip.args, ...args, '--target', 'unused', ...requirements],
    { env: environment(), signal, timeoutMs: 600_000 },
  );
  const named = requirements.length === 1 ? requirements[0] : `${requirements[0]} and others`;
  if (status !== 0) throw new RuntimeError(`pip did not find ${named}: ${failure ?? pipErrors(stderr)}`);
  const wheels = parseReport(stdout);
  if (wheels === undefined || wheels.length !== requirements.length)
    throw new RuntimeError(`pip's report on ${named} cannot be understood: ${stdout.slice(0, 200)}`);
  return wheels;
}

/** The wheels in pip's installation report, or undefined when it is none. */
function parseReport(text: string): Wheel[] | undefined {
  try {
    const { install } = JSON.parse(text) as {
      install: {
        download_info: { url: string; archive_info?: { hash?: string; hashes?: Record<string, string> } };
        metadata: { name: string; version: string; requires_dist?: string[] };
      }[];
    };
    return install.map(({ download_info: { url, archive_info: archive }, metadata }) => {
      const sha256 = archive?.hashes?.sha256 ?? /^sha256=(.+)$/.exec(archive?.hash ?? '')?.[1];
      const fileName = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
      if (!/^[\w.+-]+\.whl$/.test(fileName)) throw new Error('no wheel');
      const { name, version, requires_dist: requires = [] } = metadata;
      return { name, version, fileName, url, requires, ...(sha256 === undefined ? {} : { sha256 }) };
    });
  } catch {
    return undefined;
  }
}

/**
 * The requirements behind one of a wheel's extras, without the markers: `and-cuda` gives ["nvidia-cublas-cu12<13,>=12.5", …].
 */
export function requirementsOfExtra({ requires }: Wheel, extra: string): string[] {
  return requires.flatMap((requirement) => {
    const [what, marker = ''] = requirement.split(';').map((part) => part.trim());
    const named = /extra\s*==\s*['"]([^'"]+)['"]/.exec(marker)?.[1];
    return named === extra ? [what.replace(/\s*\(([^)]*)\)$/, '$1').replaceAll(' ', '')] : [];
  });
}

/**
 * Downloads a wheel with pip itself, which knows its index's credentials, certificates and proxies.
 * @throws RuntimeError with what pip said, or when the checksum differs
 */
export async function downloadWithPip(pip: Pip, wheel: Wheel, file: string, signal?: AbortSignal): Promise<void> {
  const folder = `${file}.pip`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const { status, stderr, failure } = await runCommand(
      pip.command,
      [
        ...pip.args,
        ...['download', '--quiet', '--progress-bar', 'off', ...wheelTags, '--dest', folder],
        `${wheel.name}==${wheel.version}`,
      ],
      // pip gathers a download in the temporary folder first, which may be too small for it.
      { env: { ...environment(), TMPDIR: folder, TEMP: folder, TMP: folder }, signal },
    );
    if (status !== 0)
      throw new RuntimeError(`pip could not download ${wheel.fileName}: ${failure ?? pipErrors(stderr)}`);
    const downloaded = join(folder, wheel.fileName);
    if (!existsSync(downloaded)) throw new RuntimeError(`pip downloaded another file than ${wheel.fileName}`);
    if (wheel.sha256 !== undefined && (await hashFile(downloaded, signal)) !== wheel.sha256)
      throw new RuntimeError(`the sha256 checksum of ${wheel.fileName} differs from its index's`);
    renameSync(downloaded, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** pip's own errors, or the end of what it said. */
function pipErrors(stderr: string): string {
  const errors = stderr.split('\n').filter((line) => line.startsWith('ERROR:'));
  return lastLines(errors.length > 0 ? errors.join('\n') : stderr, 2).replaceAll('ERROR: ', '') || 'it gave no reason';
}
