import { formatBytes, formatBytesOf } from '../../common/files/byte-size';
import { formatPercent } from '../shared/format';
import type { InstallMessage } from './install-messages';

/** What VS Code's progress messages take: a text, and by how many percent the bar grows. */
export interface ProgressStep {
  message?: string;
  increment?: number;
}

/** A phase that counts to less than this counts files or steps. */
const minBytes = 1_000_000;
/** What the download has of the bar; unpacking and trying it out have the rest. */
const downloadPercent = 90;

/** An installation's messages as steps of a progress bar, which never goes back. */
export class InstallProgress {
  private percent = 0;

  take(message: InstallMessage): ProgressStep {
    switch (message.type) {
      case 'plan': {
        const { downloadBytes, diskBytes } = message;
        return { message: `${formatBytes(downloadBytes)} to download, ${formatBytes(diskBytes)} on disk` };
      }
      case 'progress':
        return this.step(message);
      case 'installed':
        return this.reach(100);
    }
  }

  private step({ phase, done, total }: Extract<InstallMessage, { type: 'progress' }>): ProgressStep {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const percent = formatPercent(share, 0);
    if (total >= minBytes)
      return { message: `${phase} ${formatBytesOf(done, total)} (${percent})`, ...this.reach(share * downloadPercent) };
    return { message: share > 0 && share < 1 ? `${phase} (${percent})` : phase };
  }

  private reach(percent: number): ProgressStep {
    const increment = percent - this.percent;
    if (increment <= 0) return {};
    this.percent = percent;
    return { increment };
  }
}
