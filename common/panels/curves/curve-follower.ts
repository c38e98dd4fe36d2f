import { type FollowerState, RunFollower } from '../../live/run-follower';
import type { RunEvent } from '../../run/events';
import { readCurveIndex, writeCurveIndex } from './curve-index';
import type { CurvesModel } from './curves-model';

/** Fewer bytes of records are read faster than an index is worth. */
const worthIndexing = 256 * 1024;

export interface CurveFollowerHandlers {
  /** The model has more to take, or `problem` or `isGone` has changed. Not called before the records that were there have been read. */
  onMore(): void;
  /** There is another model, since the file was replaced or shortened: what was taken is void. */
  onRestart(): void;
}

/** Keeps the curves of a run up to date, until `dispose`: from its index and the records behind that. */
export class CurveFollower {
  model: CurvesModel;
  /** Settles when the records that were there at first have been read, or cannot be. Never rejects. */
  readonly replayed: Promise<void>;
  hasReplayed = false;

  private follower: RunFollower | undefined;
  private isDisposed = false;

  constructor(
    private readonly folder: string,
    private readonly newModel: () => CurvesModel,
    private readonly handlers: CurveFollowerHandlers,
  ) {
    this.model = newModel();
    this.replayed = this.follow();
  }

  /** Why the run's records cannot be shown, or not all of them. */
  get problem(): string | undefined {
    const state = this.follower?.state;
    return state?.phase === 'unreadable' ? state.reason : undefined;
  }

  /** The run's folder is no longer there: the model is as it was, and goes on when the run is there again. */
  get isGone(): boolean {
    return this.follower?.state.phase === 'gone';
  }

  dispose(): void {
    this.isDisposed = true;
    this.follower?.dispose();
  }

  private async follow(): Promise<void> {
    const index = await readCurveIndex(this.folder);
    if (this.isDisposed) return;
    if (index !== undefined) this.model.restore(index);
    const handlers = {
      onEvents: (events: readonly RunEvent[]) => {
        for (const event of events) this.model.add(event);
        if (this.hasReplayed) this.handlers.onMore();
      },
      onStateChange: (state: FollowerState) => this.changeState(state),
      onRestart: () => {
        this.model = this.newModel();
        if (this.hasReplayed) this.handlers.onRestart();
      },
    };
    this.follower = new RunFollower(this.folder, handlers, index);
    await this.follower.replayed;
    if (!this.isDisposed) this.index(index?.offset ?? 0);
  }

  private changeState(state: FollowerState): void {
    if (!this.isGone) this.model.conclude(state.phase === 'ended' ? state : undefined);
    if (this.hasReplayed) this.handlers.onMore();
    this.hasReplayed = true;
  }

  /** Nobody waits for it, and a folder that cannot be written is no trouble. */
  private index(startOffset: number): void {
    const { offset, seq } = this.follower!.position;
    if (this.problem !== undefined || offset - startOffset < worthIndexing) return;
    void writeCurveIndex(this.folder, { offset, seq, ...this.model.snapshot() });
  }
}
