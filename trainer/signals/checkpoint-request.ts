/** Somebody's wish for a checkpoint, kept until training comes to a place where it can be written. */
export class CheckpointRequest {
  private isPending = false;

  make(): void {
    this.isPending = true;
  }

  /** Whether there is a wish; whoever asks fulfils it. */
  take(): boolean {
    const { isPending } = this;
    this.isPending = false;
    return isPending;
  }
}
