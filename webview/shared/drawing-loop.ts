/** When a panel is drawn: at most once a frame, and less often for news from runs. */
export class DrawingLoop {
  private frame: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** News is not drawn before this time, on the clock of `performance`. */
  private nextNews = 0;

  /** @param newsPause ms between a drawing that took `tookMs` and the next one for news */
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
    // This draws the waiting news too.
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
