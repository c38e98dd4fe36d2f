import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';

export const processIdentity = z.object({
  host: z.string(),
  pid: z.int().positive(),
  /** Start of the process in ms since 1970. */
  startTime: z.number(),
  /** On Linux: id of the boot and start in clock ticks since then. Unlike `startTime` not moved by a clock that is set. */
  bootTicks: z.string().optional(),
});

/** Which process of which machine, so that it is not taken for a later one with the same id. */
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `ps` gives whole seconds. */
const startToleranceMs = 3000;

export function thisProcess(): ProcessIdentity {
  const bootTicks = process.platform === 'linux' ? linuxProcess(process.pid)?.bootTicks : undefined;
  return {
    host: hostname(),
    pid: process.pid,
    startTime: Math.round(performance.timeOrigin),
    ...(bootTicks === undefined ? {} : { bootTicks }),
  };
}

/** Whether the process still runs; undefined when it belongs to another host, which cannot be told from here. */
export function isProcessAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  if (!hasProcess(identity.pid)) return false;
  if (process.platform === 'linux' && existsSync('/proc/self/stat')) {
    const found = linuxProcess(identity.pid);
    if (found === undefined || found.isZombie) return false;
    return identity.bootTicks === undefined || found.bootTicks === identity.bootTicks;
  }
  // Windows has no cheap way to ask for the start of a process: there its id alone must do.
  if (process.platform === 'win32') return true;
  const startTime = startTimeByPs(identity.pid);
  return startTime === undefined || Math.abs(startTime - identity.startTime) <= startToleranceMs;
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** From `/proc/<pid>/stat` (proc(5)): field 3 is the state, field 22 the start in clock ticks since boot. */
function linuxProcess(pid: number): { isZombie: boolean; bootTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2, the name in parentheses, may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { isZombie: fields[0] === 'Z' || fields[0] === 'X', bootTicks: `${boot}/${fields[19]}` };
  } catch {
    return undefined;
  }
}

function startTimeByPs(pid: number): number | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 2000,
  });
  const time = status === 0 ? Date.parse(stdout.trim()) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
