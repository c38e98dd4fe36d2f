/** A request for a checkpoint, pending until training can write one. */
export class CheckpointRequest {
  private isPending = false;

  make(): void {
    this.isPending = true;
  }

  /** Whether one is pending; the caller fulfils it. */
  take(): boolean {
    const { isPending } = this;
    this.isPending = false;
    return isPending;
  }
}
