import type { Invocation } from './command';

/** Lines of JSON are at least this far apart, but for the first and the last of a phase. */
const jsonEveryMs = 200;

/** Shows the progress of a download: a bar, in megabytes where it counts bytes, and with `--json` lines. */
export function downloadProgress(invocation: Invocation): (phase: string, done: number, total: number) => void {
  const progress = invocation.progress();
  let last = { phase: '', done: -1, at: 0 };
  return (phase, done, total) => {
    const now = Date.now();
    const isNew = phase !== last.phase;
    if (!isNew && (done === last.done || (now - last.at < jsonEveryMs && done < total))) return;
    last = { phase, done, at: now };
    invocation.printJson({ type: 'progress', phase, done, total });
    const [unit, label] = total > 1e6 ? [1e6, `${phase} (MB)`] : [1, phase];
    progress.update(label, Math.floor(done / unit), Math.floor(total / unit));
  };
}
