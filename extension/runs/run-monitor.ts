import { type FollowerState, RunFollower } from '../../common/live/run-follower';
import type { RunEvent } from '../../common/run/events';
import { readRunInfo } from '../../common/run/run-info';
import { type RunSummary, RunSummaryBuilder } from '../../common/run/run-summary';

/** Keeps the summary of an active run up to date, until its trainer ends. */
export class RunMonitor {
  private builder: RunSummaryBuilder;
  private readonly follower: RunFollower;

  /**
   * @param onChange the summary changed; not called before the run's earlier records have been read
   * @param onEnd no trainer works on the run any longer; the summary is final
   * @param onGone the run's folder is no longer there
   */
  constructor(
    private readonly folder: string,
    private readonly onChange: () => void,
    private readonly onEnd: () => void,
    private readonly onGone: () => void,
  ) {
    this.builder = this.newBuilder();
    this.follower = new RunFollower(folder, {
      onEvents: (events) => this.add(events),
      onStateChange: (state) => this.changeState(state),
      onRestart: () => {
        this.builder = this.newBuilder();
      },
    });
  }

  /** Undefined until the run's earlier records have been read. */
  get summary(): RunSummary | undefined {
    const { state: follower } = this.follower;
    if (follower.phase === 'replaying') return undefined;
    const { summary } = this.builder;
    if (follower.phase === 'unreadable') return { ...summary, problem: follower.reason };
    if (follower.phase !== 'ended') return summary;
    const { secondsLeft: _, reason: __, ...rest } = summary;
    const { state, reason } = follower;
    return { ...rest, state, reason };
  }

  dispose(): void {
    this.follower.dispose();
  }

  private newBuilder(): RunSummaryBuilder {
    return new RunSummaryBuilder(readRunInfo(this.folder));
  }

  private add(events: readonly RunEvent[]): void {
    for (const event of events) this.builder.add(event);
    if (this.follower.state.phase !== 'replaying') this.onChange();
  }

  private changeState(state: FollowerState): void {
    if (state.phase === 'gone') {
      this.onGone();
      return;
    }
    this.onChange();
    if (state.phase === 'ended') this.onEnd();
  }
}
