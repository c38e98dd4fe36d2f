import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { freemem, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../common/files/byte-size';
import { buildFolder } from './build-folder';
import { type Check, ok, problem, warning } from './check';
import { freeDisk } from './free-disk';
import { compareVersions, distribution, type Host, minGlibc, usesMusl } from './host';
import type { Processor } from './processor';

/** The first Node without `util.isNullOrUndefined`. */
const nodeWithoutIsNull = 23;
const minNode = 20;
const lowMemory = 1e9;
const lowDisk = 2e9;

export function checkNode(version = process.versions.node): Check {
  const major = Number(version.split('.')[0]);
  const name = 'node';
  const electron = process.versions.electron ? ` in Electron ${process.versions.electron}` : '';
  const running = `Node ${version}${electron}`;
  if (major < minNode) {
    const remedy = `install Node ${minNode} or 22 (in VS Code: name it in the setting mixprop.nodePath)`;
    return problem(name, `${running} is too old`, remedy);
  }
  if (major < nodeWithoutIsNull) return ok(name, running);
  return ok(name, `${running}; the native backend adds what tfjs-node 4.22 misses in it (util.isNullOrUndefined)`);
}

export function checkPlatform(host: Host): Check {
  const { platform, architecture, glibc } = host;
  const name = 'platform';
  const system = (platform === 'linux' && distribution()) || `${platform} ${release()}`;
  const where = `${system}, ${architecture}`;
  if (usesMusl(host)) {
    const remedy = 'for native speed use a distribution with glibc; the embedded backend works here';
    return warning(name, `${where}, musl instead of glibc: there is no native TensorFlow for it`, remedy);
  }
  if (platform !== 'linux') return ok(name, where);
  if (compareVersions(glibc ?? '0', minGlibc) < 0) {
    const remedy = 'for native speed use a newer distribution; the embedded backend works here';
    return warning(name, `${where}, glibc ${glibc}: TensorFlow's wheel needs ${minGlibc}`, remedy);
  }
  return ok(name, `${where}, glibc ${glibc}`);
}

export function checkProcessor(processor: Processor): Check {
  const { model, cores, features, bfloat16, lacksAvx } = processor;
  const name = 'processor';
  const parts = [model, `${cores} ${cores === 1 ? 'core' : 'cores'}`];
  if (features !== undefined && features.length > 0) parts.push(features.join(' '));
  if (bfloat16 !== undefined) parts.push(`bfloat16 ${bfloat16 ? 'supported' : 'not supported'}`);
  const message = parts.join(', ');
  if (!lacksAvx) return ok(name, message);
  return warning(name, `${message}: no AVX, which native TensorFlow needs`, 'the embedded backend works here');
}

export function checkMemory(total = totalmem(), free = freemem(), limit = process.constrainedMemory?.() ?? 0): Check {
  const name = 'memory';
  // Without a limit Node gives 0, or more than the memory.
  const isLimited = limit > 0 && limit < total;
  const message = `${formatBytes(free)} free of ${formatBytes(total)}${isLimited ? `, this container's limit ${formatBytes(limit)}` : ''}`;
  if (Math.min(free, isLimited ? limit : free) >= lowMemory) return ok(name, message);
  return warning(
    name,
    `${message}: little for training`,
    'end other programs, or lower training.batchSize or model.width',
  );
}

/** Free space where runtimes and runs go. */
export async function checkDisk(label: string, folder: string): Promise<Check> {
  const name = 'disk';
  const { existing, free } = await freeDisk(folder);
  if (!statSync(existing).isDirectory()) {
    return warning(name, `${existing} is a file: ${label} cannot go to ${folder}`, `use another folder for ${label}`);
  }
  const message = `${formatBytes(free)} free for ${label} (${folder})`;
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    return warning(
      name,
      `${message}, but ${existing} is not writable`,
      `make it writable, or use another folder for ${label}`,
    );
  }
  return free >= lowDisk ? ok(name, message) : warning(name, message, 'make room on this disk');
}

/** Files of the embedded backend, beside the program. */
const embeddedFiles = ['tfjs-backend-wasm-threaded-simd.wasm', 'mixprop-kernels.wasm', 'kernel-worker.js'];

/** What is wrong with the embedded backend; undefined where it is complete. */
export function embeddedDamage(): string | undefined {
  for (const name of embeddedFiles) {
    const file = join(buildFolder(), name);
    try {
      const content = readFileSync(file);
      if (name.endsWith('.wasm') && !WebAssembly.validate(content)) return `${file} is damaged`;
    } catch (error) {
      return `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    }
  }
  return undefined;
}
