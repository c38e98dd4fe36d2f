import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainMessage } from '../errors/system-error';
import { EventReader } from '../run/event-reader';
import type { RunEvent, RunState, StatusEvent } from '../run/events';
import { isRunThere } from '../run/run-folder';
import { hasEndedUnexpectedly, type TrainerPresence, trainerPresence, unexpectedEnd } from '../run/trainer-presence';
import { askTrainer, connectToTrainer, type LiveConnection } from './live-client';

const batchMs = 50;
const pollMs = 250;
const pollEndedMs = 1000;
const reconnectMs = 1000;

/**
 * How a run is being followed. `replaying`: what is in the folder is read. `polling`: new records are looked for in the
 * file; a trainer has not started yet, runs on another host, or is not connected. `live`: the trainer sends them.
 * `ended`: no trainer works on the run; `state` and `reason` say how it ended, also where the trainer could not. A run
 * that is resumed leaves this phase. `unreadable`: the file cannot be read at present. `gone`: the folder is no longer there;
 * what was handed out stays valid, and goes on when the run is there again.
 */
export type FollowerState =
  | { phase: 'replaying' | 'polling' | 'live' | 'gone' }
  | { phase: 'ended'; state: RunState; reason?: string }
  | { phase: 'unreadable'; reason: string };

export interface FollowerHandlers {
  /** New records: each exactly once, in the order of `seq`, some at a time. */
  onEvents(events: RunEvent[]): void;
  /** The phase changed. All records known by then were handed out before. */
  onStateChange(state: FollowerState): void;
  /** The file was replaced or shortened: what was handed out is void, and all records come again from the first. */
  onRestart(): void;
}

/**
 * Follows a run: first replays its folder, then goes on live while a trainer lives, and reads the file where that is not
 * possible. Works until `dispose`, also across stops and resumes of the run.
 */
export class RunFollower {
  private readonly reader: EventReader;
  private state: FollowerState = { phase: 'replaying' };
  private lastSeq = 0;
  private lastStatus: StatusEvent | undefined;
  private batch: RunEvent[] = [];
  private batchTimer: NodeJS.Timeout | undefined;
  private connection: LiveConnection | undefined;
  private isConnecting = false;
  private nextConnectTime = 0;
  private isDisposed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly folder: string,
    private readonly handlers: FollowerHandlers,
  ) {
    this.reader = new EventReader(folder);
    void this.follow();
  }

  /**
   * Asks the trainer to stop after the step in hand.
   * @throws TrainerConnectionError when no trainer can be asked
   */
  async requestStop(): Promise<void> {
    if (this.connection !== undefined) return this.connection.requestStop();
    await askTrainer(this.folder, (connection) => connection.requestStop());
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.batchTimer);
    this.connection?.dispose();
    this.wake();
  }

  private async follow(): Promise<void> {
    await nextTurn();
    while (!this.isDisposed) {
      if (this.state.phase === 'live' && this.isThere) {
        await this.sleep(pollEndedMs);
        continue;
      }
      // Looked at before the file is read: what a trainer wrote that is gone by now is then certainly read.
      const presence = trainerPresence(this.folder);
      try {
        await this.readFile();
      } catch (error) {
        if (this.isThere) this.setState({ phase: 'unreadable', reason: plainMessage(error) });
        else this.leave();
        await this.sleep(pollEndedMs);
        continue;
      }
      if (this.isDisposed) return;
      if (this.isThere) {
        if (presence === 'alive') void this.connect();
        this.setState(this.stateFor(presence));
      } else this.leave();
      await this.sleep(this.state.phase === 'ended' || this.state.phase === 'gone' ? pollEndedMs : pollMs);
    }
  }

  private get isThere(): boolean {
    return isRunThere(this.folder, this.lastSeq > 0);
  }

  /** The folder is gone. Its trainer may be at work still, but on nothing that remains. */
  private leave(): void {
    if (this.connection !== undefined) this.reader.skipTo(this.lastSeq);
    this.connection?.dispose();
    this.connection = undefined;
    this.setState({ phase: 'gone' });
  }

  private async readFile(): Promise<void> {
    for (;;) {
      const { restarts } = this.reader;
      const events = this.reader.poll();
      if (this.reader.restarts !== restarts) this.restart();
      if (events.length === 0) return;
      for (const event of events) this.take(event);
      this.flush();
      await nextTurn();
      if (this.isDisposed) return;
    }
  }

  private restart(): void {
    this.flush();
    this.lastSeq = 0;
    this.lastStatus = undefined;
    this.handlers.onRestart();
  }

  private async connect(): Promise<void> {
    if (this.isConnecting || Date.now() < this.nextConnectTime) return;
    this.isConnecting = true;
    let connection: LiveConnection | undefined;
    try {
      connection = await connectToTrainer(this.folder, {
        onEvent: (event) => this.take(event),
        onClose: () => this.disconnected(),
      });
      this.connection = connection;
      if (this.isDisposed) return connection.dispose();
      await connection.subscribe(this.lastSeq);
      this.setState({ phase: 'live' });
    } catch {
      // The file is polled meanwhile; another attempt follows.
      connection?.dispose();
      this.connection = undefined;
      this.nextConnectTime = Date.now() + reconnectMs;
    } finally {
      this.isConnecting = false;
    }
  }

  private disconnected(): void {
    this.connection = undefined;
    this.reader.skipTo(this.lastSeq);
    this.setState({ phase: 'polling' });
    this.wake();
  }

  /** A record from the file or the connection. Either gives them in order, so what is not newer was there already. */
  private take(event: RunEvent): void {
    if (event.seq <= this.lastSeq) return;
    this.lastSeq = event.seq;
    if (event.type === 'status') this.lastStatus = event;
    this.batch.push(event);
    this.batchTimer ??= setTimeout(() => this.flush(), batchMs);
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    if (this.batch.length === 0 || this.isDisposed) return;
    const events = this.batch;
    this.batch = [];
    this.handlers.onEvents(events);
  }

  private stateFor(presence: TrainerPresence): FollowerState {
    if (this.state.phase === 'live') return this.state;
    const { state = 'queued', reason } = this.lastStatus ?? {};
    if (state === 'stopped' || state === 'failed' || state === 'finished') {
      return { phase: 'ended', state, ...(reason === undefined ? {} : { reason }) };
    }
    if (!hasEndedUnexpectedly(this.folder, state, presence)) return { phase: 'polling' };
    return { phase: 'ended', state: 'failed', reason: unexpectedEnd(this.folder) };
  }

  private setState(state: FollowerState): void {
    this.flush();
    const isSame = JSON.stringify(state) === JSON.stringify(this.state);
    this.state = state;
    if (!isSame && !this.isDisposed) this.handlers.onStateChange(state);
  }

  /** Waits for so many ms, or until woken. */
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
