import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Experiment } from '../../../common/experiment/schema';
import { type FollowerState, RunFollower } from '../../../common/live/run-follower';
import { statisticsAlarms } from '../../../common/panels/divergence/divergence-alarms';
import { readEpochStatistics, readLayerChannels } from '../../../common/panels/divergence/divergence-channels';
import type { LayerChannels } from '../../../common/panels/divergence/divergence-contract';
import { DivergenceModel } from '../../../common/panels/divergence/divergence-model';
import type { RunName } from '../../../common/panels/protocol';
import { epochsOfFiles, runPaths } from '../../../common/run/run-folder';
import type { ShownRunHandlers } from '../run-panel';

/** The file of an epoch comes just after its record; one that is damaged is not read again and again. */
const maxAttempts = 5;

/** A run in the divergence panel: its records become a matrix, its `bn/` files channels and alarms. */
export class FollowedDivergence {
  readonly model: DivergenceModel;
  /** Settles when the records that were there at first have been read, and their channels looked at. */
  readonly replayed: Promise<void>;
  private readonly follower: RunFollower;
  /** The epoch whose channels were looked at last, and how often that failed. */
  private inspected: { epoch: number; attempts: number; done: boolean } | undefined;
  /** Those that were read last: what a panel shows of a run whose folder is gone. */
  private lastChannels: LayerChannels | undefined;
  private isDisposed = false;

  constructor(
    readonly name: RunName,
    experiment: Experiment,
    private readonly handlers: ShownRunHandlers,
  ) {
    this.model = new DivergenceModel(name, experiment);
    let inspected: Promise<void> | undefined;
    this.follower = new RunFollower(this.folder, {
      onEvents: (events) => {
        for (const event of events) this.model.add(event);
        handlers.onMore();
        if (this.follower.state.phase !== 'replaying') void this.inspect();
      },
      onStateChange: (state) => {
        this.showState(state);
        inspected = this.inspect();
      },
      onRestart: () => handlers.onRestart(),
    });
    this.replayed = this.follower.replayed.then(() => inspected);
  }

  private get folder(): string {
    return this.name.runKey;
  }

  get isGone(): boolean {
    return this.follower.state.phase === 'gone';
  }

  /** @throws ChannelsError */
  channels(layer: string, epoch: number): LayerChannels {
    const { lastChannels: last } = this;
    if (this.isGone && last?.layer === layer && last.epoch === epoch) return last;
    this.lastChannels = readLayerChannels({ runKey: this.folder, folder: this.folder }, layer, epoch);
    return this.lastChannels;
  }

  dispose(): void {
    this.isDisposed = true;
    this.follower.dispose();
  }

  /** Looks for known mistakes in the channels of the last epoch, once. */
  private async inspect(): Promise<void> {
    const epoch = this.model.lastEpoch;
    if (epoch === undefined) return;
    if (this.inspected?.epoch !== epoch) this.inspected = { epoch, attempts: 0, done: false };
    const { inspected } = this;
    if (inspected.done || inspected.attempts >= maxAttempts) return;
    inspected.attempts++;
    await nextTurn();
    if (this.isDisposed) return;
    try {
      const last = readEpochStatistics(this.folder, epoch);
      const first = epochsOfFiles(runPaths(this.folder).batchNorm)[0] ?? epoch;
      const start = first === epoch ? last : readEpochStatistics(this.folder, first);
      this.model.setStatisticsAlarms(statisticsAlarms(start, last));
      inspected.done = true;
      this.handlers.onMore();
    } catch {
      // The next news tries again. Whoever asks for the channels is told what is wrong with the file.
    }
  }

  private showState(state: FollowerState): void {
    if (state.phase === 'unreadable') this.model.conclude({ state: 'failed', reason: state.reason });
    else if (state.phase !== 'gone') this.model.conclude(state.phase === 'ended' ? state : undefined);
    this.handlers.onMore();
  }
}
