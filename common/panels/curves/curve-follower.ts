import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reasonOf } from '../../errors/system-error';
import { EventReader } from '../../run/event-reader';
import { isRunThere, runPaths } from '../../run/run-folder';
import { hasEndedUnexpectedly, type TrainerPresence, trainerPresence, unexpectedEnd } from '../../run/trainer-presence';
import { type CurveIndex, readCurveIndex, writeCurveIndex } from './curve-index';
import type { CurvesModel, CurvesSnapshot } from './curves-model';
import type { ReadingTurns } from './reading-turns';

/** Records of so many bytes are read in two or three milliseconds; others work in between. */
const chunkBytes = 512 * 1024;
const pollLivingMs = 100;
const pollEndedMs = 1000;
/** Fewer bytes of records are read faster than an index is worth. */
const worthIndexing = 256 * 1024;

export interface CurveFollowerHandlers {
  /** The model has more to take, or `problem` or `isGone` has changed. Not called before the records that were there have been read. */
  onMore(): void;
  /** There is another model, since the file was replaced or shortened: what was taken is void. */
  onRestart(): void;
}

/**
 * Keeps the curves of a run up to date, until `dispose`: from its index and the records behind that, then by looking at the
 * file, which has every record before anyone else does. Reads in slices, so that others can work in between.
 */
export class CurveFollower {
  model: CurvesModel;
  /** Why the run's records cannot be shown, or not all of them. */
  problem: string | undefined;
  /** Settles when the records that were there at first have been read, or cannot be. Never rejects. */
  readonly replayed: Promise<void>;
  hasReplayed = false;
  /** The run's folder is no longer there: the model is as it was, and goes on when the run is there again. */
  isGone = false;

  private readonly reader: EventReader;
  private lastSeq = 0;
  /** What the records say, before anything is concluded from it. */
  private status: CurvesSnapshot['status'] = { state: 'queued' };
  private isDisposed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly folder: string,
    private readonly newModel: () => CurvesModel,
    private readonly handlers: CurveFollowerHandlers,
    turns: ReadingTurns,
  ) {
    this.model = newModel();
    this.reader = new EventReader(folder, 0, chunkBytes);
    this.replayed = turns.take(fileSize(runPaths(folder).events), () => this.replay());
    void this.follow();
  }

  dispose(): void {
    this.isDisposed = true;
    this.wake();
  }

  private async follow(): Promise<void> {
    await this.replayed;
    while (!this.isDisposed) {
      const presence = trainerPresence(this.folder);
      await this.sleep(presence === 'gone' ? pollEndedMs : pollLivingMs);
      if (this.isDisposed) return;
      await this.look(presence);
    }
  }

  private async replay(): Promise<void> {
    if (this.isDisposed) return;
    const presence = trainerPresence(this.folder);
    const index = await readCurveIndex(this.folder);
    if (index !== undefined) this.adopt(index);
    const { position } = this.reader;
    await this.look(presence);
    this.hasReplayed = true;
    const isWorthIt = this.problem === undefined && this.reader.position - position >= worthIndexing;
    // Nobody waits for it, and a folder that cannot be written is no trouble.
    if (isWorthIt && !this.isDisposed) {
      const { position: offset } = this.reader;
      const { status } = this;
      void writeCurveIndex(this.folder, { offset, seq: this.lastSeq, ...this.model.snapshot(), status });
    }
  }

  private adopt(index: CurveIndex): void {
    this.model.restore(index);
    this.reader.startAt(index.offset);
    this.lastSeq = index.seq;
    this.status = index.status;
  }

  /** Reads what is new. `presence` was looked up before, so that the last records of a trainer that is gone were seen. */
  private async look(presence: TrainerPresence): Promise<void> {
    let problem: string | undefined;
    let hasNews = false;
    try {
      hasNews = await this.readOn();
      problem = this.lastSeq > 0 ? undefined : this.reader.problem;
    } catch (error) {
      problem = `events.jsonl cannot be read: ${reasonOf(error)}`;
    }
    if (this.isDisposed) return;
    const isGone = !isRunThere(this.folder, this.lastSeq > 0);
    const isOtherwise = isGone !== this.isGone;
    this.isGone = isGone;
    if (!isGone) {
      const isNewProblem = problem !== this.problem;
      this.problem = problem;
      if (this.conclude(presence, isNewProblem)) hasNews = true;
    }
    if (this.hasReplayed && (hasNews || isOtherwise)) this.handlers.onMore();
  }

  private async readOn(): Promise<boolean> {
    let hasNews = false;
    for (;;) {
      const { restarts } = this.reader;
      const events = this.reader.pollChunk();
      if (this.reader.restarts !== restarts) this.restart();
      if (events === undefined) return hasNews;
      for (const event of events) {
        if (event.seq <= this.lastSeq) continue;
        this.lastSeq = event.seq;
        if (event.type === 'status') {
          const { state, reason, totalSteps = this.status.totalSteps, totalEpochs = this.status.totalEpochs } = event;
          this.status = { state, reason, totalSteps, totalEpochs };
        }
        this.model.add(event);
        hasNews = true;
      }
      await nextTurn();
      if (this.isDisposed) return hasNews;
    }
  }

  private restart(): void {
    this.lastSeq = 0;
    this.status = { state: 'queued' };
    this.model = this.newModel();
    if (this.hasReplayed) this.handlers.onRestart();
  }

  /** A trainer that is gone without a last word has failed. Gives whether that is new, or whether the model shall say so. */
  private conclude(presence: TrainerPresence, isNews: boolean): boolean {
    let { state, reason } = this.status;
    if (hasEndedUnexpectedly(this.folder, state, presence)) {
      state = 'failed';
      reason = unexpectedEnd(this.folder);
    }
    const { header } = this.model;
    if (!isNews && header.state === state && header.reason === reason) return false;
    this.model.setState(state, reason);
    return true;
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
