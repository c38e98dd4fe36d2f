/**
 * A live region for screen readers that does not chatter: at most one announcement in `intervalMs`, always the latest.
 */
export class Announcer {
  private pending: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private spokenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly speak: (text: string) => void,
    private readonly intervalMs: number,
  ) {}

  say(text: string): void {
    this.pending = text;
    if (this.timer !== undefined) return;
    const wait = this.spokenAt + this.intervalMs - Date.now();
    if (wait <= 0) this.flush();
    else this.timer = setTimeout(() => this.flush(), wait);
  }

  private flush(): void {
    this.timer = undefined;
    if (this.pending === undefined) return;
    this.speak(this.pending);
    this.pending = undefined;
    this.spokenAt = Date.now();
  }
}
