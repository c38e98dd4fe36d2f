import { type CommandEnd, failureReason } from '../process/mixprop-command';
import { type Installed, type InstallMessage, parseInstallMessage } from './install-messages';

/** How an installation ended. */
export type InstallationEnd =
  | { kind: 'installed'; installed: Installed | undefined }
  | { kind: 'cancelled' }
  | { kind: 'failed'; reason: string };

/** One call of `mixprop runtime install`, as its output tells of it. */
export class Installation {
  private installed: Installed | undefined;

  constructor(private readonly onMessage: (message: InstallMessage) => void) {}

  /** Takes a line of stdout. */
  readonly take = (line: string): void => {
    const message = parseInstallMessage(line);
    if (message === undefined) return;
    if (message.type === 'installed') this.installed = message;
    this.onMessage(message);
  };

  outcome(end: CommandEnd): InstallationEnd {
    // Done is done, also where the person cancelled a moment too late.
    if (end.status === 0) return { kind: 'installed', installed: this.installed };
    return end.isCancelled ? { kind: 'cancelled' } : { kind: 'failed', reason: failureReason(end) };
  }
}
