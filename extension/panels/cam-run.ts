import type { Experiment } from '../../trainer/experiment/schema';
import { computedFolder, epochsOfFiles, readEpochMaps } from '../../trainer/run/cam-files';
import { CamModel } from '../../trainer/run/cam-model';
import { readPictures } from '../../trainer/run/explain-pictures';
import { runPaths } from '../../trainer/run/run-folder';
import { type FollowerState, RunFollower } from '../../trainer/run/run-follower';
import type { CamImage, CamInput, CamMaps, CamPictures, CamRun } from '../../webview/protocol';
import type { ShownRunHandlers } from './run-panel';

/** A run in the CAM panel: its records say which maps there are, its `explain/` folder has them. */
export class FollowedCam {
  model: CamModel;
  /** Settles when the records that were there at first have been read. */
  readonly replayed: Promise<void>;
  private readonly follower: RunFollower;
  /** Images of maps that were computed after training; undefined: to be read. */
  private later: CamImage[] | undefined;

  constructor(
    readonly runId: string,
    readonly folder: string,
    experiment: Experiment,
    handlers: ShownRunHandlers,
  ) {
    this.model = new CamModel(runId, experiment);
    let settle = () => {};
    this.replayed = new Promise((resolve) => {
      settle = resolve;
    });
    this.follower = new RunFollower(folder, {
      onEvents: (events) => {
        for (const event of events) this.model.add(event);
        handlers.onMore();
      },
      onStateChange: (state) => {
        this.showState(state);
        handlers.onMore();
        if (state.phase !== 'replaying') settle();
      },
      onRestart: () => {
        this.model = new CamModel(runId, experiment);
        handlers.onRestart();
      },
    });
  }

  /** The run as the panel shows it, with the files that are there now. */
  get run(): CamRun {
    const run = this.model.run({
      computed: epochsOfFiles(computedFolder(this.folder, undefined)),
      checkpoints: [...this.checkpoints.keys()].sort((a, b) => a - b),
    });
    this.later ??= this.pictures(undefined).flatMap(({ pictures }) => pictures.map(({ png: _, ...image }) => image));
    const recorded = new Set(run.images.map(({ path }) => path));
    return { ...run, images: [...run.images, ...this.later.filter(({ path }) => !recorded.has(path))] };
  }

  /** Maps were computed: there are other files than before. */
  recompute(): void {
    this.later = undefined;
    this.model.touch();
  }

  /** The checkpoints by their epochs, as `mixprop explain --checkpoint` names them. */
  get checkpoints(): Map<number, string> {
    const { checkpoints } = runPaths(this.folder);
    const { best, last } = this.model.namedCheckpoints;
    return new Map([
      ...(best === undefined ? [] : [[best, 'best'] as const]),
      ...(last === undefined ? [] : [[last, 'last'] as const]),
      ...epochsOfFiles(checkpoints).map((epoch) => [epoch, String(epoch)] as const),
    ]);
  }

  /** Whether the records say that there are maps of an epoch. */
  hasRecorded(epoch: number): boolean {
    return this.model.hasRecorded(epoch);
  }

  /** @throws MapsError */
  maps(epoch: number, input: CamInput | undefined): CamMaps[] {
    return readEpochMaps({ runId: this.runId, folder: this.folder }, epoch, input);
  }

  /** The pictures of a run's images, and of those that were computed later. */
  pictures(input: CamInput | undefined): CamPictures[] {
    const folders = [
      ...(input === undefined ? [runPaths(this.folder).explain] : []),
      computedFolder(this.folder, input),
    ];
    return folders.flatMap((folder) => {
      try {
        return [{ runId: this.runId, ...(input && { input }), ...readPictures(folder) }];
      } catch {
        // The panel says in their places that there are none.
        return [];
      }
    });
  }

  dispose(): void {
    this.follower.dispose();
  }

  private showState(state: FollowerState): void {
    if (state.phase === 'ended') this.model.setState(state.state, state.reason);
    if (state.phase === 'unreadable') this.model.setState('failed', state.reason);
  }
}
