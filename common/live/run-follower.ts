import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { reasonOf } from '../errors/system-error';
import { EventReader } from '../run/event-reader';
import { hasEnded, type RunEvent, type RunState, type StatusEvent } from '../run/events';
import { isRunThere, runPaths } from '../run/run-folder';
import { hasEndedUnexpectedly, type TrainerPresence, trainerPresence, unexpectedEnd } from '../run/trainer-presence';
import { ReadingTurns } from './reading-turns';

/** Records of this length are read in two or three milliseconds; others work in between. */
const chunkBytes = 512 * 1024;
const pollMs = 100;
const pollEndedMs = 1000;
/** On macOS it takes a process to find out whether another one lives. */
const presenceMs = 1000;

/**
 * How a run is being followed. `replaying`: what is in the folder is read. `following`: new records are looked for; a
 * trainer works on the run, is about to, or runs on another host. `ended`: no trainer works on the run; `state` and `reason`
 * say how it ended, also where the trainer could not. A run that is resumed leaves this phase. `unreadable`: the file cannot
 * be read at present, or holds no records. `gone`: the folder is no longer there; what was handed out stays valid, and goes
 * on when the run is there again.
 */
export type FollowerState =
  | { phase: 'replaying' | 'gone' }
  | { phase: 'following'; trainer: TrainerPresence }
  | { phase: 'ended'; state: RunState; reason?: string }
  | { phase: 'unreadable'; reason: string };

export interface FollowerHandlers {
  /** New records: each exactly once, in the order of `seq`, some at a time. */
  onEvents(events: readonly RunEvent[]): void;
  /** The state changed. All records known by then were handed out before. */
  onStateChange(state: FollowerState): void;
  /** The file was replaced or shortened: what was handed out is void, and all records come again from the first. */
  onRestart(): void;
}

/** Where in `events.jsonl` to begin: behind a line whose record, like all before it, is known from elsewhere. */
export interface FollowerStart {
  /** In bytes. */
  offset: number;
  /** Of the last known record. */
  seq: number;
  /** What the run said of itself last. */
  status: Pick<StatusEvent, 'state' | 'reason'>;
}

const beginning: FollowerStart = { offset: 0, seq: 0, status: { state: 'queued' } };

/** The runs that are followed in this process. */
const followedRuns = new Map<string, FollowedRun>();
/** Of all runs: the process has one thread. */
const readingTurns = new ReadingTurns();

/**
 * Follows a run: first replays its folder, then hands out new records as they are written. Works until `dispose`, also across
 * stops and resumes of the run. However many follow a run in this process, new records are read once.
 */
export class RunFollower {
  /** Settles when the records that were there at first have been read, or cannot be. Never rejects. */
  readonly replayed: Promise<void>;
  private readonly run: FollowedRun;
  private readonly listener: Listener;
  private settle = () => {};

  constructor(
    private readonly folder: string,
    handlers: FollowerHandlers,
    start = beginning,
  ) {
    this.run = followedRuns.get(folder) ?? new FollowedRun(folder);
    followedRuns.set(folder, this.run);
    this.replayed = new Promise((settle) => {
      this.settle = settle;
    });
    const onStateChange = (state: FollowerState) => {
      handlers.onStateChange(state);
      this.settle();
    };
    this.listener = this.run.add({ ...handlers, onStateChange }, start);
  }

  /** Already so when `onStateChange` is called. */
  get state(): FollowerState {
    return this.listener.state;
  }

  /** Just behind the last record that was handed out. */
  get position(): Pick<FollowerStart, 'offset' | 'seq'> {
    const { reader, lastSeq } = this.listener.group;
    return { offset: reader.position, seq: lastSeq };
  }

  dispose(): void {
    this.settle();
    this.listener.group.listeners.delete(this.listener);
    if (!this.run.endIfUnused() || followedRuns.get(this.folder) !== this.run) return;
    followedRuns.delete(this.folder);
  }
}

interface Listener {
  readonly handlers: FollowerHandlers;
  state: FollowerState;
  group: Group;
}

/** Those who have been handed out the same records. */
class Group {
  readonly listeners = new Set<Listener>();
  readonly reader: EventReader;
  lastSeq: number;
  status: FollowerStart['status'];
  hasBegun = false;
  /** Has read what was there at first. */
  hasReplayed = false;

  constructor(
    folder: string,
    readonly start: FollowerStart,
  ) {
    this.reader = new EventReader(folder, chunkBytes);
    if (start.offset > 0) this.reader.startAt(start.offset);
    this.lastSeq = start.seq;
    this.status = start.status;
  }

  /**
   * Hands out the records of the next chunk. False when there is none.
   * @param end what lies behind this offset is left for later
   */
  read(end?: number): boolean {
    const { restarts } = this.reader;
    const events = this.reader.pollChunk(end);
    if (this.reader.restarts !== restarts) {
      this.lastSeq = 0;
      this.status = beginning.status;
      for (const { handlers } of this.listeners) handlers.onRestart();
    }
    if (events === undefined) return false;
    const news = events.filter((event) => {
      if (event.seq <= this.lastSeq) return false;
      this.lastSeq = event.seq;
      if (event.type === 'status') this.status = event;
      return true;
    });
    if (news.length > 0) for (const { handlers } of this.listeners) handlers.onEvents(news);
    return true;
  }
}

/** A run that somebody follows. Who comes later replays it by a reader of their own, until they have what the others have. */
class FollowedRun {
  private readonly groups = new Set<Group>();
  /** The group that gets new records. */
  private leading: Group | undefined;
  private trainer: TrainerPresence = 'gone';
  private lookedForTrainer = 0;
  private isWanted = false;
  private wake: () => void = () => undefined;

  constructor(private readonly folder: string) {}

  add(handlers: FollowerHandlers, start: FollowerStart): Listener {
    let group = [...this.groups].find((other) => !other.hasBegun && other.start.offset === start.offset);
    if (group === undefined) {
      group = new Group(this.folder, start);
      this.groups.add(group);
      void this.replay(group);
    }
    const listener: Listener = { handlers, state: { phase: 'replaying' }, group };
    group.listeners.add(listener);
    return listener;
  }

  /** Whether nobody follows the run any more. */
  endIfUnused(): boolean {
    if (this.isFollowed) return false;
    this.wake();
    return true;
  }

  private get isFollowed(): boolean {
    return [...this.groups].some(({ listeners }) => listeners.size > 0);
  }

  private async replay(group: Group): Promise<void> {
    await readingTurns.take(fileSize(runPaths(this.folder).events) - group.start.offset, async () => {
      group.hasBegun = true;
      try {
        while (group.listeners.size > 0 && group.read()) await nextTurn();
      } catch {
        // Whoever looks next says so.
      }
    });
    group.hasReplayed = true;
    this.isWanted = true;
    this.wake();
    if (this.leading !== undefined) return;
    this.leading = group;
    void this.follow(group);
  }

  private async follow(leading: Group): Promise<void> {
    while (this.isFollowed) {
      this.isWanted = false;
      const state = await this.look(leading);
      for (const group of this.groups) if (group.hasReplayed) setState(group, state);
      await this.sleep(state.phase === 'following' ? pollMs : pollEndedMs);
    }
  }

  /** Hands out what is new. Gives the run's state. */
  private async look(leading: Group): Promise<FollowerState> {
    // Looked at before the file is read: what a trainer wrote that is gone by now is then certainly read.
    this.lookForTrainer();
    let problem: string | undefined;
    try {
      while (leading.read() && this.isFollowed) await nextTurn();
      for (const group of this.groups) this.unite(group, leading);
      problem = leading.lastSeq > 0 ? undefined : leading.reader.problem;
    } catch (error) {
      problem = `events.jsonl cannot be read: ${reasonOf(error)}`;
    }
    if (!isRunThere(this.folder, leading.lastSeq > 0)) return { phase: 'gone' };
    if (problem !== undefined) return { phase: 'unreadable', reason: problem };
    const { state, reason } = leading.status;
    if (hasEnded(state)) return { phase: 'ended', state, reason };
    if (!hasEndedUnexpectedly(this.folder, state, this.trainer)) return { phase: 'following', trainer: this.trainer };
    return { phase: 'ended', state: 'failed', reason: unexpectedEnd(this.folder) };
  }

  private lookForTrainer(): void {
    const now = performance.now();
    if (this.trainer === 'alive' && now - this.lookedForTrainer < presenceMs) return;
    this.trainer = trainerPresence(this.folder);
    this.lookedForTrainer = now;
  }

  /** Those who came later and have read what the others have get new records with them. */
  private unite(group: Group, leading: Group): void {
    if (group === leading || !group.hasReplayed) return;
    while (group.read(leading.reader.position));
    // Where the file is gone or was replaced meanwhile, another look follows.
    if (group.reader.position !== leading.reader.position) return;
    for (const listener of group.listeners) {
      leading.listeners.add(listener);
      listener.group = leading;
    }
    this.groups.delete(group);
  }

  /** Waits for this time, or until somebody has replayed the run or nobody follows it. */
  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.isWanted ? 0 : milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function setState({ listeners }: Group, state: FollowerState): void {
  for (const listener of listeners) {
    if (isDeepStrictEqual(state, listener.state)) continue;
    listener.state = state;
    listener.handlers.onStateChange(state);
  }
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
