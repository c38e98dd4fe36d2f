import { type FollowerState, RunFollower } from '../../live/run-follower';
import type { RunEvent } from '../../run/events';
import { readCurveIndex, writeCurveIndex } from './curve-index';
import type { CurvesModel, CurvesSnapshot } from './curves-model';

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

  private follower: RunFollower | undefined;
  private state: FollowerState = { phase: 'replaying' };
  private lastSeq = 0;
  /** What the records say, before anything is concluded from it. */
  private status: CurvesSnapshot['status'] = { state: 'queued' };
  private isDisposed = false;
  private settle: () => void = () => undefined;

  constructor(
    private readonly folder: string,
    private readonly newModel: () => CurvesModel,
    private readonly handlers: CurveFollowerHandlers,
  ) {
    this.model = newModel();
    this.replayed = new Promise((settle) => {
      this.settle = settle;
    });
    void this.follow();
  }

  get hasReplayed(): boolean {
    return this.state.phase !== 'replaying';
  }

  /** Why the run's records cannot be shown, or not all of them. */
  get problem(): string | undefined {
    return this.state.phase === 'unreadable' ? this.state.reason : undefined;
  }

  /** The run's folder is no longer there: the model is as it was, and goes on when the run is there again. */
  get isGone(): boolean {
    return this.state.phase === 'gone';
  }

  dispose(): void {
    this.isDisposed = true;
    this.follower?.dispose();
    this.settle();
  }

  private async follow(): Promise<void> {
    const index = await readCurveIndex(this.folder);
    if (this.isDisposed) return;
    if (index !== undefined) {
      this.model.restore(index);
      this.lastSeq = index.seq;
      this.status = index.status;
    }
    const handlers = {
      onEvents: (events: readonly RunEvent[]) => this.add(events),
      onStateChange: (state: FollowerState) => this.changeState(state, index?.offset ?? 0),
      onRestart: () => this.restart(),
    };
    this.follower = new RunFollower(this.folder, handlers, index);
  }

  private add(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.lastSeq = event.seq;
      if (event.type === 'status') {
        const { state, reason, totalSteps = this.status.totalSteps, totalEpochs = this.status.totalEpochs } = event;
        this.status = { state, reason, totalSteps, totalEpochs };
      }
      this.model.add(event);
    }
    if (this.hasReplayed) this.handlers.onMore();
  }

  private restart(): void {
    this.lastSeq = 0;
    this.status = { state: 'queued' };
    this.model = this.newModel();
    if (this.hasReplayed) this.handlers.onRestart();
  }

  private changeState(state: FollowerState, startOffset: number): void {
    const { hasReplayed } = this;
    this.state = state;
    if (!this.isGone) {
      // A trainer that is gone without a last word has failed.
      const known = state.phase === 'ended' ? state : this.status;
      this.model.setState(known.state, known.reason);
    }
    if (hasReplayed) this.handlers.onMore();
    else {
      this.settle();
      this.index(startOffset);
    }
  }

  /** Nobody waits for it, and a folder that cannot be written is no trouble. */
  private index(startOffset: number): void {
    const offset = this.follower!.position;
    if (this.problem !== undefined || offset - startOffset < worthIndexing) return;
    const { lastSeq: seq, status } = this;
    void writeCurveIndex(this.folder, { offset, seq, ...this.model.snapshot(), status });
  }
}
