import { basename } from 'node:path';
import { clearProgress } from './progress';

/** Ctrl-C, a polite kill, the terminal or the connection that closes; on Windows Ctrl-Break too. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];
/** One Ctrl-C may come twice: from the terminal, and from a program such as npm that hands it on. */
const sameCtrlCMs = 500;

/**
 * Aborts `stop` at the first signal to stop. Closing terminals and schedulers send several of them at once, so only Ctrl-C, pressed
 * again, ends the process at once.
 */
export function stopOnSignals(stop: AbortController): void {
  let stoppedAt: number | undefined;
  for (const signal of stopSignals) {
    if (signal === 'SIGHUP' && isUnderNohup()) process.on(signal, () => undefined);
    else {
      process.on(signal, () => {
        if (stoppedAt === undefined) {
          stoppedAt = Date.now();
          clearProgress();
          process.stderr.write('stopping at the next safe point; Ctrl-C again ends at once\n');
          stop.abort();
        } else if (signal === 'SIGINT' && Date.now() - stoppedAt > sameCtrlCMs) process.exit(1);
      });
    }
  }
}

/** Node listens to SIGHUP even where `nohup` had it ignored; shells name the program that they started. */
const isUnderNohup = (): boolean => basename(process.env._ ?? '') === 'nohup';
