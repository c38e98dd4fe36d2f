import { readFileSync } from 'node:fs';

/** What determines which native libraries run here. */
export interface Host {
  platform: NodeJS.Platform;
  architecture: string;
  /** Version of glibc, "2.36"; undefined elsewhere than on Linux, and on Linux with musl. */
  glibc?: string;
}

export function thisHost(): Host {
  const host: Host = { platform: process.platform, architecture: process.arch };
  if (process.platform !== 'linux') return host;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { ...host, glibc: header.glibcVersionRuntime };
}

/** Whether this is Linux with musl, which no build of TensorFlow is made for. */
export const usesMusl = ({ platform, glibc }: Host): boolean => platform === 'linux' && glibc === undefined;

/** The wheels' oldest glibc, as in their name `manylinux_2_27`. */
export const minGlibc = '2.27';

/** Compares dotted version numbers: negative where `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The Linux distribution, "Debian GNU/Linux 12 (bookworm)", or undefined. */
export function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
