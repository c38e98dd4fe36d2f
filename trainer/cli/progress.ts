import { formatSeconds } from '../../common/run/duration';

const barWidth = 24;
const redrawEveryMs = 100;
const logEveryMs = 10_000;
/** Before that an estimate of the remaining time would only flicker. */
const estimateAfterMs = 2_000;

/** The terminal that a bar stands on. */
let drawnOn: NodeJS.WriteStream | undefined;

/** Removes the bar that stands on the terminal, if any, so that a line can be printed. */
export function clearProgress(): void {
  drawnOn?.write('\r\x1b[2K');
  drawnOn = undefined;
}

/**
 * A progress bar that redraws one line on a terminal. Where the output is no terminal it prints a plain line when a phase
 * begins, every ten seconds, and at its end.
 */
export class Progress {
  private phase = '';
  private startedAt = 0;
  private startedWith = 0;
  private shownAt = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /**
   * @param phase what is being done; a new phase starts the clock again
   * @param done of `total`, in whatever unit
   * @param detail shown after the bar: losses, speed
   */
  update(phase: string, done: number, total: number, detail = ''): void {
    const now = Date.now();
    const isNew = phase !== this.phase;
    if (isNew) {
      clearProgress();
      this.phase = phase;
      this.startedAt = now;
      this.startedWith = done;
    }
    const terminal = this.stream.isTTY === true;
    const due = now - this.shownAt >= (terminal ? redrawEveryMs : logEveryMs);
    if (!isNew && !due && done < total) return;
    this.shownAt = now;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const doneHere = done - this.startedWith;
    const elapsed = now - this.startedAt;
    const isKnown = doneHere > 0 && elapsed > estimateAfterMs && done < total;
    const remaining = isKnown ? `, ${formatSeconds((elapsed * (total - done)) / doneHere / 1000)} left` : '';
    if (terminal) {
      const filled = Math.round(share * barWidth);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
      const line = `${phase} ${bar} ${(share * 100).toFixed(0).padStart(3)} %${remaining}${detail ? `  ${detail}` : ''}`;
      this.stream.write(`\r\x1b[2K${line.slice(0, Math.max(20, (this.stream.columns ?? 80) - 1))}`);
      drawnOn = this.stream;
    } else {
      this.stream.write(`${phase}: ${done} of ${total}${remaining}${detail ? `  ${detail}` : ''}\n`);
    }
  }
}
