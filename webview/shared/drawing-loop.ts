/** When a panel is drawn: once a frame at most, and for news from runs not so often. */
export class DrawingLoop {
  private frame: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Not before that is news drawn; on the clock of `performance`. */
  private nextNews = 0;

  /** @param newsPause how long after a drawing the next one for news may come, in ms, after one that took so long */
  constructor(
    private readonly draw: () => void,
    private readonly newsPause: (tookMs: number) => number = () => 0,
  ) {}

  /** With the next frame, for what a person does; a hidden panel has no frames and costs nothing. */
  soon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.now();
    });
  }

  /** For news from runs. */
  later(): void {
    const wait = this.nextNews - performance.now();
    if (wait <= 0) this.soon();
    else {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.soon();
      }, wait);
    }
  }

  now(): void {
    // What waits is drawn along.
    clearTimeout(this.timer);
    this.timer = undefined;
    const start = performance.now();
    try {
      this.draw();
    } finally {
      const end = performance.now();
      this.nextNews = end + this.newsPause(end - start);
    }
  }
}
