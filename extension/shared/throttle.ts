/**
 * Calls `work` at once, and however often `request` is called after that, at most once every `intervalMs`; the last
 * request is never lost.
 */
export class Throttle {
  private timer: NodeJS.Timeout | undefined;
  private requested = false;

  constructor(
    private readonly intervalMs: number,
    private readonly work: () => void,
  ) {}

  request(): void {
    if (this.timer !== undefined) {
      this.requested = true;
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.requested) return;
      this.requested = false;
      this.request();
    }, this.intervalMs);
    this.work();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.requested = false;
  }
}
