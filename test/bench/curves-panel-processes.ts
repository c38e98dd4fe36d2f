import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time. On a busy machine they say more than the clock. */
export interface ProcessorTime {
  /** The extension host. */
  host: number;
  /** The page with workbench and panel, the rest of the browser, and the editor's server. */
  browser: number;
}

const ticksPerSecond = 100;

/** Processor time so far of what this process has started. Linux only: elsewhere nothing. */
export function processorTime(): ProcessorTime {
  const processes = new Map<number, { parent: number; seconds: number; isHost: boolean }>();
  for (const name of readProcesses()) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name, in parentheses, may contain anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isHost = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=extensionHost');
      const seconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
      processes.set(Number(name), { parent: Number(fields[1]), seconds, isHost });
    } catch {
      // It has ended meanwhile.
    }
  }
  const total: ProcessorTime = { host: 0, browser: 0 };
  for (const [pid, { seconds, isHost }] of processes) {
    if (pid === process.pid || !isDescendant(pid)) continue;
    total[isHost ? 'host' : 'browser'] += seconds;
  }
  return total;

  function isDescendant(pid: number): boolean {
    for (let at = processes.get(pid); at !== undefined; at = processes.get(at.parent)) {
      if (at.parent === process.pid) return true;
    }
    return false;
  }
}

function readProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
