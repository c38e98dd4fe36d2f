import { spawn } from 'node:child_process';

/**
 * Kills a process that leads a process group, and all of the group (on Windows: the process and its descendants).
 * Nothing happens when it has ended already.
 * @param pid of a process started with `detached`
 */
export function killProcessTree(pid: number): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return;
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
      return;
    } catch (error) {
      // No such group: the process was started some other way (a terminal, a scheduler) and is killed alone.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
