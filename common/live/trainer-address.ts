import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { processIdentity } from '../run/process-identity';
import { runPaths } from '../run/run-folder';

/** Socket paths end at 104 bytes on macOS and 108 on Linux, the final zero included. */
const maxSocketPathBytes = 100;

const trainerAddress = processIdentity.extend({
  protocolVersion: z.number(),
  /** Unix socket path or Windows pipe name. */
  address: z.string(),
  /** Random secret of this trainer process. */
  token: z.string(),
});

/** `runs/<id>/trainer.json`, written by a living trainer (mode 0600) and removed when it ends in order. */
export type TrainerAddress = z.infer<typeof trainerAddress>;

/** `trainer.json` of a run folder; undefined when there is none or it is damaged. */
export function readTrainerAddress(folder: string): TrainerAddress | undefined {
  try {
    return trainerAddress.safeParse(JSON.parse(readFileSync(runPaths(folder).trainer, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Writes `trainer.json`: complete or not at all, and readable by this user alone from the start. */
export function writeTrainerAddress(folder: string, address: TrainerAddress): void {
  const { trainer } = runPaths(folder);
  const draft = `${trainer}.${process.pid}`;
  rmSync(draft, { force: true });
  try {
    writeFileSync(draft, `${JSON.stringify(address, null, 1)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, trainer);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Removes what a trainer left that was killed. Only for the holder of the run's lock. */
export function removeStaleAddress(folder: string): void {
  const stale = readTrainerAddress(folder)?.address;
  rmSync(runPaths(folder).trainer, { force: true });
  if (stale === undefined || process.platform === 'win32') return;
  // The file might name anything: nothing but a socket of ours is removed.
  if (!/^[0-9a-f]{20}\.sock$/.test(basename(stale)) || basename(dirname(stale)) !== socketFolderName()) return;
  if (lstatSync(stale, { throwIfNoEntry: false })?.isSocket()) rmSync(stale, { force: true });
}

/** Where a trainer listens: a path in a folder of this user alone, or on Windows a pipe name that cannot be guessed. */
export function newSocketPath(runFolder: string): string {
  const name = createHash('sha256').update(resolve(runFolder)).update(randomBytes(16)).digest('hex').slice(0, 20);
  if (process.platform === 'win32') return `\\\\.\\pipe\\mixprop-${name}${randomBytes(16).toString('hex')}`;
  const reasons: string[] = [];
  for (const base of new Set([process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'])) {
    if (!base) continue;
    const folder = join(base, socketFolderName());
    const path = join(folder, `${name}.sock`);
    const obstacle = Buffer.byteLength(path) > maxSocketPathBytes ? 'is too long' : ensurePrivateFolder(folder);
    if (obstacle === undefined) return path;
    reasons.push(`${folder} ${obstacle}`);
  }
  throw new Error(`no place for the trainer's socket: ${reasons.join('; ')}`);
}

const socketFolderName = () => `mixprop-${userInfo().uid}`;

/** Makes the folder if need be. Returns what is wrong with it, if anything. */
function ensurePrivateFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const status = lstatSync(folder);
    const isPrivate = status.isDirectory() && status.uid === userInfo().uid && (status.mode & 0o077) === 0;
    return isPrivate ? undefined : 'is not a folder of this user alone';
  } catch (error) {
    return `cannot be used (${(error as NodeJS.ErrnoException).code})`;
  }
}
