import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Process id of a run's living trainer, as the run folder names it. */
export function trainerProcess(runFolder: string): number {
  const { pid } = JSON.parse(readFileSync(join(runFolder, 'trainer.json'), 'utf8')) as { pid: number };
  return pid;
}

/** Whether this process id is that of a trainer; an ended process, collected by its parent or not, has no command line. */
export function isTrainer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mixprop.js');
  } catch {
    return false;
  }
}

/** An environment variable that a process was started with. */
export function environmentOf(pid: number, name: string): string | undefined {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
