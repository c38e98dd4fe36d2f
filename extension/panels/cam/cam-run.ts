import type { Experiment } from '../../../common/experiment/schema';
import { askTrainer } from '../../../common/live/live-client';
import { protocolVersion } from '../../../common/live/protocol';
import { type FollowerState, RunFollower } from '../../../common/live/run-follower';
import { readTrainerAddress } from '../../../common/live/trainer-address';
import type { CamImage, CamInput, CamMaps, CamPictures, CamRun } from '../../../common/panels/cam/cam-contract';
import { computedFolder, mapFolders, readEpochMaps, readNowMaps } from '../../../common/panels/cam/cam-files';
import { CamModel } from '../../../common/panels/cam/cam-model';
import type { RunName } from '../../../common/panels/protocol';
import { readPictures, type StoredPictures } from '../../../common/run/explain-pictures';
import { epochsOfFiles, runPaths } from '../../../common/run/run-folder';
import type { ShownRunHandlers } from '../run-panel';

/** Of one request to a running trainer. */
const maxImages = 200;

/** A run in the CAM panel: its records say which maps there are, its `explain/` folder has them. */
export class FollowedCam {
  readonly model: CamModel;
  private readonly follower: RunFollower;
  /** Images of maps that were computed after training; undefined: to be read. */
  private later: CamImage[] | undefined;
  /** What was read last: what a panel shows of a run whose folder is gone. */
  private lastRun: CamRun | undefined;
  private lastMaps: { key: string; maps: CamMaps[] } | undefined;
  private lastPictures: CamPictures | undefined;
  /** Counts how often images were chosen while the run went on: each time there are more pictures. */
  choices = 0;

  constructor(
    readonly name: RunName,
    experiment: Experiment,
    handlers: ShownRunHandlers,
  ) {
    this.model = new CamModel(name, experiment, this.folder);
    this.follower = new RunFollower(this.folder, {
      onEvents: (events) => {
        for (const event of events) {
          this.model.add(event);
          if (event.type !== 'images') continue;
          this.choices++;
          this.later = undefined;
        }
        handlers.onMore();
      },
      onStateChange: (state) => {
        this.showState(state);
        handlers.onMore();
      },
      onRestart: () => handlers.onRestart(),
    });
  }

  get folder(): string {
    return this.name.runKey;
  }

  get replayed(): Promise<void> {
    return this.follower.replayed;
  }

  private get state(): FollowerState {
    return this.follower.state;
  }

  /** The run as the panel shows it, with the files that are there now. */
  get run(): CamRun {
    if (this.isGone && this.lastRun !== undefined) {
      return { ...this.lastRun, header: this.model.run({ computed: [], checkpoints: [] }).header, isLive: false };
    }
    this.lastRun = this.readRun();
    return this.lastRun;
  }

  get isGone(): boolean {
    return this.state.phase === 'gone';
  }

  private readRun(): CamRun {
    const run = this.model.run({
      computed: epochsOfFiles(computedFolder(this.folder, undefined)),
      checkpoints: [...this.checkpoints.keys()].sort((a, b) => a - b),
    });
    this.later ??= this.storedPictures(undefined).flatMap(({ pictures }) =>
      pictures.map(({ png: _, ...image }) => image),
    );
    const recorded = new Set(run.images.map(({ path }) => path));
    const isRunning = run.header.state === 'running' && this.state.phase === 'following';
    const unreachable = isRunning ? this.unreachable : undefined;
    return {
      ...run,
      images: [...run.images, ...this.later.filter(({ path }) => !recorded.has(path))],
      isLive: isRunning && unreachable === undefined,
      ...(unreachable !== undefined && { unreachable }),
    };
  }

  /** Why the trainer cannot be asked. */
  private get unreachable(): string | undefined {
    if (this.state.phase === 'following' && this.state.trainer === 'elsewhere') {
      return 'its trainer runs on another host';
    }
    const address = readTrainerAddress(this.folder);
    if (address === undefined) return 'its trainer has no live connection';
    return address.protocolVersion === protocolVersion
      ? undefined
      : 'its trainer is of another version of MixProp Studio';
  }

  /**
   * Asks the trainer what the network sees in images at this moment.
   * @returns the maps, and which images there are none of
   * @throws TrainerConnectionError, SafetensorsError
   */
  async look(images: readonly string[]): Promise<CamMaps> {
    const asked = images.slice(0, maxImages);
    const { problems } = await askTrainer(this.folder, (connection) => connection.request('look', { images: asked }));
    return { ...readNowMaps({ runKey: this.folder, folder: this.folder }), problems };
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
    const key = JSON.stringify([epoch, input]);
    if (this.isGone && this.lastMaps?.key === key) return this.lastMaps.maps;
    const maps = readEpochMaps({ runKey: this.folder, folder: this.folder }, epoch, input);
    this.lastMaps = { key, maps };
    return maps;
  }

  /** The pictures of a run's images, and of those that were computed later; undefined where there are none. */
  pictures(input: CamInput | undefined): CamPictures | undefined {
    if (this.isGone) return input === undefined ? this.lastPictures : undefined;
    const pictures = this.readPictures(input);
    if (input === undefined) this.lastPictures = pictures;
    return pictures;
  }

  private readPictures(input: CamInput | undefined): CamPictures | undefined {
    const stored = this.storedPictures(input);
    const [first] = stored;
    if (first === undefined) return undefined;
    const last = stored.at(-1)!;
    // What could not be read in training may have been there later.
    const isLater = new Set(last.pictures.map(({ path }) => path));
    const problems = stored.flatMap((each) =>
      each === last ? each.problems : each.problems.filter(({ image }) => !isLater.has(image)),
    );
    return {
      runKey: this.folder,
      ...(input && { input }),
      imageSize: first.imageSize,
      pictures: stored.flatMap((each) => each.pictures),
      problems,
      ...(last.readableNames && { readableNames: last.readableNames }),
    };
  }

  private storedPictures(input: CamInput | undefined): StoredPictures[] {
    return mapFolders(this.folder, input).flatMap((folder) => {
      try {
        return [readPictures(folder)];
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
    this.model.touch();
    if (state.phase === 'unreadable') this.model.conclude({ state: 'failed', reason: state.reason });
    else if (state.phase !== 'gone') this.model.conclude(state.phase === 'ended' ? state : undefined);
  }
}
