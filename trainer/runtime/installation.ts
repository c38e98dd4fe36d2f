import { statSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '../../common/files/byte-size';
import { hashFile } from './download';
import { freeDisk } from './free-disk';
import { RuntimeError, type RuntimeManifest, type RuntimeName } from './installed-runtime';
import type { UnpackedFile } from './wheel';

/** What an installation will need, announced before anything large is downloaded. */
export interface InstallationPlan {
  name: RuntimeName;
  downloadBytes: number;
  diskBytes: number;
  folder: string;
  /** Describes what is downloaded. */
  source: string;
}

/** An installation in progress. */
export interface Installation {
  name: RuntimeName;
  /** Where the runtime will be. */
  folder: string;
  /** Where it is assembled, empty at first. */
  staging: string;
  /** Finished and unfinished downloads, kept until an installation succeeds. */
  downloads: string;
  signal: AbortSignal;
  onPlan(plan: InstallationPlan): void;
  onProgress(phase: string, done: number, total: number): void;
}

/** What an installer leaves in the staging folder. */
export interface StagedRuntime extends Pick<RuntimeManifest, 'version' | 'origin' | 'binding' | 'bindingFile'> {
  files: UnpackedFile[];
}

/** A file in a folder as the manifest lists it. */
export async function listFile(folder: string, path: string, signal: AbortSignal): Promise<UnpackedFile> {
  const file = join(folder, path);
  return { path, size: statSync(file).size, sha256: await hashFile(file, signal) };
}

/**
 * Requires room for the downloads and what is unpacked from them.
 * @throws RuntimeError with how much is missing
 */
export async function requireFreeDisk(folder: string, bytes: number): Promise<void> {
  const { free } = await freeDisk(folder);
  if (free >= bytes) return;
  throw new RuntimeError(
    `the disk of ${folder} has ${formatBytes(free)} free, and ${formatBytes(bytes)} are needed during the installation: ` +
      'make room, or name a folder on another disk in the environment variable MIXPROP_RUNTIMES',
  );
}
