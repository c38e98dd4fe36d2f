/** Holds a run between two steps, as its live connection asks. Asking twice is asking once. */
export class Pause {
  private isAsked = false;
  private endHold: (() => void) | undefined;

  get isRequested(): boolean {
    return this.isAsked;
  }

  /** @returns whether training is held already, rather than still in a step */
  request(): boolean {
    this.isAsked = true;
    return this.endHold !== undefined;
  }

  /** Ends the pause, or takes back a request that training has not come to yet. @returns whether there was one */
  end(): boolean {
    const wasAsked = this.isAsked;
    this.isAsked = false;
    this.endHold?.();
    return wasAsked;
  }

  /** Settles when the pause is over or the signal is aborted. */
  async hold(signal: AbortSignal): Promise<void> {
    if (!this.isAsked || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.endHold = end;
      signal.addEventListener('abort', end);
    });
    this.endHold = undefined;
  }
}
