import { compareVersions } from './host';
import { RuntimeError } from './installed-runtime';

/** A wheel as a package index offers it. */
export interface Wheel {
  fileName: string;
  url: string;
  /** In hexadecimal digits, where the index has it. */
  sha256?: string;
}

/** Python version of the wheels; the libraries inside are the same for all versions. */
export const pythonVersion = '3.11';
/** Newest minor version of glibc that wheels may require, as in manylinux_2_27. */
const maxGlibc = 27;
const timeoutMs = 30_000;

/**
 * Finds the newest wheel that meets a requirement, such as "nvidia-cudnn-cu12<10.0,>=9.3", in a package index (PEP 503,
 * PEP 691). pip could say too, but many versions of it download the whole wheel only to read its metadata.
 * @throws RuntimeError where the index does not answer, or has none
 * @throws AbortError
 */
export async function findWheel(index: string, requirement: string, signal: AbortSignal): Promise<Wheel> {
  const { name, accepts } = parseRequirement(requirement);
  const address = new URL(`${name.toLowerCase().replace(/[-_.]+/g, '-')}/`, index.endsWith('/') ? index : `${index}/`);
  const candidates = (await readPage(address, signal)).flatMap((wheel) => {
    const version = usableVersion(wheel.fileName);
    return version !== undefined && accepts(version) ? { wheel, version } : [];
  });
  const newest = candidates.sort((a, b) => compareVersions(b.version, a.version)).at(0);
  if (newest === undefined) throw new RuntimeError(`${address.host} has no wheel for ${requirement}`);
  return newest.wheel;
}

/** The wheel's metadata, where the index has it separately (PEP 658). */
export async function fetchMetadata({ url }: Wheel, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}.metadata`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    return response.ok && text.startsWith('Metadata-Version:') ? text : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** What one of the extras in a wheel's METADATA requires, without the markers: ["nvidia-cublas-cu12<13.0,>=12.5", …]. */
export function requirementsOfExtra(metadata: string, extra: string): string[] {
  return [...metadata.matchAll(/^Requires-Dist: ([^;\n]+);(.*)$/gm)].flatMap(([, requirement, marker]) => {
    const named = /extra\s*==\s*['"]([^'"]+)['"]/.exec(marker)?.[1];
    return named === extra ? [requirement.replace(/[()\s]/g, '')] : [];
  });
}

async function readPage(address: URL, signal: AbortSignal): Promise<Wheel[]> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      headers: { Accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.5' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    const { message, cause } = error as Error;
    throw new RuntimeError(`${address.host} could not be reached: ${cause instanceof Error ? cause.message : message}`);
  }
  if (!response.ok) throw new RuntimeError(`${address.host} answered ${response.status} ${response.statusText}`);
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const base = response.url || address.href;
  try {
    return isJson ? parseJsonPage(text, base) : parseHtmlPage(text, base);
  } catch {
    throw new RuntimeError(`the answer of ${address.host} is not a page of a package index`);
  }
}

function parseJsonPage(text: string, base: string): Wheel[] {
  const { files } = JSON.parse(text) as {
    files: { filename: string; url: string; hashes?: { sha256?: string }; yanked?: boolean | string }[];
  };
  return files
    .filter(({ yanked }) => !yanked)
    .map(({ filename, url, hashes }) => toWheel(filename, new URL(url, base), hashes?.sha256));
}

/** Links `<a href="…/file.whl#sha256=…">file.whl</a>`. */
function parseHtmlPage(text: string, base: string): Wheel[] {
  return [...text.matchAll(/<a\s([^>]*)>/gi)].flatMap(([, attributes]) => {
    const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
    if (href === null || /\bdata-yanked\b/i.test(attributes)) return [];
    const url = new URL((href[1] ?? href[2]).replaceAll('&amp;', '&'), base);
    const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1];
    url.hash = '';
    return toWheel(decodeURIComponent(url.pathname.split('/').at(-1) ?? ''), url, sha256);
  });
}

function toWheel(fileName: string, url: URL, sha256: string | undefined): Wheel {
  return { fileName, url: url.href, sha256: sha256?.toLowerCase() };
}

/** The version of a wheel that can be used on Linux on x86-64 with glibc; undefined for all other files. */
function usableVersion(fileName: string): string | undefined {
  // name-version[-build]-python-abi-platform.whl; versions with letters (pre-releases) are ignored.
  const match = /^[\w.]+-(\d+(?:\.\d+)*)(?:-\d\w*)?-([\w.]+)-(\w+)-([\w.]+)\.whl$/.exec(fileName);
  if (match === null) return undefined;
  const [, version, python, abi, platform] = match;
  const ours = `cp${pythonVersion.replace('.', '')}`;
  const fitsPython = python.split('.').some((tag) => tag === 'py3' || tag === ours);
  const fitsAbi = abi === 'none' || abi === 'abi3' || abi === ours;
  return fitsPython && fitsAbi && platform.split('.').some(fitsPlatform) ? version : undefined;
}

function fitsPlatform(tag: string): boolean {
  if (/^(any|manylinux(1|2010|2014)_x86_64)$/.test(tag)) return true;
  const glibc = /^manylinux_2_(\d+)_x86_64$/.exec(tag)?.[1];
  return glibc !== undefined && Number(glibc) <= maxGlibc;
}

/** By specifier: the signs of "version − bound" that meet it. */
const specifiers: Record<string, readonly number[]> = {
  '==': [0],
  '!=': [-1, 1],
  '>=': [0, 1],
  '<=': [-1, 0],
  '>': [1],
  '<': [-1],
};

/** Splits "name<2,>=1.5"; only specifiers with plain version numbers are supported. */
function parseRequirement(requirement: string): { name: string; accepts(version: string): boolean } {
  const [, name, listed] = /^([\w.-]*\w)(.*)$/.exec(requirement) ?? [];
  const bounds = (listed ?? '').split(',').filter(Boolean);
  const tests = bounds.map((bound) => /^(==|!=|>=|<=|>|<)(\d+(?:\.\d+)*)$/.exec(bound) ?? []);
  if (name === undefined || tests.some(([whole]) => whole === undefined))
    throw new RuntimeError(`the requirement "${requirement}" cannot be understood`);
  const accepts = (version: string) =>
    tests.every(([, specifier, bound]) => specifiers[specifier].includes(Math.sign(compareVersions(version, bound))));
  return { name, accepts };
}
