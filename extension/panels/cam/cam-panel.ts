import { setTimeout as delay } from 'node:timers/promises';
import { type WebviewPanel, window } from 'vscode';
import { plainMessage } from '../../../common/errors/system-error';
import { corruptionNames } from '../../../common/experiment/corruption-names';
import type { Experiment } from '../../../common/experiment/schema';
import type {
  CamInput,
  CamMaps,
  CamPlace,
  CamRequests,
  FromCamAlone,
  ToCam,
} from '../../../common/panels/cam/cam-contract';
import type { RunName } from '../../../common/panels/protocol';
import { experimentFileOf } from '../../experiments/experiment-files';
import type { ImageChoice } from '../../explain/choose-images';
import { computeMaps } from '../../explain/compute-maps';
import { recordInRun } from '../../explain/record-in-run';
import type { TrainerProgram } from '../../process/trainer-launch';
import { panelTypes } from '../../shared/command-ids';
import { withNotification } from '../../shared/notification-progress';
import type { RequestContext, RequestHandlers } from '../request-server';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { camSchemas } from './cam-messages';
import { FollowedCam } from './cam-run';

export const camKind: PanelKind = {
  name: 'cam',
  viewType: panelTypes.cam,
  title: 'CAM Overlays',
  appendEveryMs: 200,
  patienceMs: 1000,
};

const maxAttempts = 4;
const betweenAttemptsMs = 300;

/** What the panel needs of the rest of the extension. */
export interface CamPanelHost extends RunPanelHost {
  /** What runs `mixprop`. */
  program(): TrainerProgram;
  /** Whether processes may be started here; says so where they may not. */
  mayCompute(): Promise<boolean>;
  /** Lets the person choose images for the experiment of the run in a folder; undefined when that was cancelled. */
  chooseImages(folder: string): Promise<ImageChoice | undefined>;
}

type ComputeRequest = CamRequests['compute']['request'];

/** A panel with the class activation maps of some runs. */
export class CamPanel extends RunPanel<ToCam, FromCamAlone, CamRequests, FollowedCam, CamPanelHost> {
  protected readonly handlers: RequestHandlers<FollowedCam, CamRequests> = {
    maps: (run, place) => this.readMaps(run, place),
    compute: (run, request, context) => this.computeNext(run, request, context),
    look: async (run, { images }) => [await run.look(images)],
  };
  /** Runs whose pictures the webview has, with their `choices` at that time. */
  private readonly sent = new WeakMap<FollowedCam, number>();
  /** Computations come one after the other: each takes all cores. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(panel: WebviewPanel, runKeys: readonly string[], host: CamPanelHost) {
    super(camKind, camSchemas, panel, runKeys, host);
  }

  showEpoch(runKey: string, epoch: number): void {
    this.postWhenHydrated({ type: 'goTo', runKey, epoch });
  }

  /**
   * Shows images, or files of a person's own, through every run of the panel.
   * @throws an Error that says what went wrong
   */
  async explain(images: readonly (string | number)[]): Promise<void> {
    if (!(await this.host.mayCompute())) return;
    await Promise.all(this.shown.map(({ replayed }) => replayed));
    for (const run of this.shown) await this.addImages(run, images);
  }

  protected follow(name: RunName, experiment: Experiment, handlers: ShownRunHandlers) {
    return new FollowedCam(name, experiment, handlers);
  }

  protected handle({ runKey }: FromCamAlone): void {
    void this.chooseImages(runKey);
  }

  protected contents(shown: readonly FollowedCam[]) {
    for (const { model } of shown) model.take();
    return { runs: shown.map(({ run }) => run), corruptions: [...corruptionNames] };
  }

  protected override hydrated(shown: readonly FollowedCam[]): void {
    for (const run of shown) this.postPictures(run);
  }

  protected append(): void {
    for (const shown of this.shown) {
      if (!shown.model.take()) continue;
      const { run } = shown;
      void this.post({ type: 'append', run });
      // The pictures are written when training begins, which may be after the panel was opened.
      if (run.images.length > 0 && this.sent.get(shown) !== shown.choices) this.postPictures(shown);
    }
  }

  private postPictures(run: FollowedCam): void {
    if (this.postPicturesOf(run, undefined)) this.sent.set(run, run.choices);
  }

  /** @returns false where there are none */
  private postPicturesOf(run: FollowedCam, input: CamInput | undefined): boolean {
    const pictures = run.pictures(input);
    if (pictures !== undefined) void this.post({ type: 'pictures', ...pictures });
    return pictures !== undefined;
  }

  /** The file of an epoch comes just after its records: one that is not there yet is looked for again. */
  private async readMaps(run: FollowedCam, { epoch, input }: CamPlace): Promise<CamMaps[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const maps = run.maps(epoch, input);
        if (input !== undefined) this.postPicturesOf(run, input);
        return maps;
      } catch (error) {
        const isDue = input === undefined && run.hasRecorded(epoch) && !run.isGone;
        if (!isDue || attempt === maxAttempts || this.isDisposed) throw error;
        await delay(betweenAttemptsMs);
      }
    }
  }

  private computeNext(
    run: FollowedCam,
    request: ComputeRequest,
    { signal, progress }: RequestContext<string>,
  ): Promise<CamMaps[]> {
    const compute = async () => {
      signal.throwIfAborted();
      if (!(await this.host.mayCompute())) throw new Error('Computing maps needs a trusted workspace.');
      if (!(await this.computeOf(run, request, signal, progress))) throw new Error('Cancelled.');
      return this.readMaps(run, request);
    };
    const computed = this.turn.then(compute);
    this.turn = computed.catch(() => undefined);
    return computed;
  }

  /**
   * Later runs record the images, and so do runs of the experiment in training, from their next epoch on. For the panel's other
   * runs on the data set, maps are computed from the last checkpoint.
   */
  private async chooseImages(runKey: string): Promise<void> {
    const fail = (error: unknown) => void window.showErrorMessage(`MixProp: ${plainMessage(error)}`);
    try {
      const { dataset } = this.runOf(runKey).run;
      const chosen = await this.host.chooseImages(runKey);
      if (chosen === undefined) return;
      const { file, images } = chosen;
      for (const shown of this.shown.filter(({ run }) => run.dataset === dataset)) {
        const isOfFile = experimentFileOf(shown.folder)?.fsPath === file.fsPath;
        const compute = () => this.addImages(shown, images);
        if (shown.run.isLive && isOfFile)
          await recordInRun({ label: shown.name.label, folder: shown.folder }, images, compute);
        else await compute().catch(fail);
      }
    } catch (error) {
      fail(error);
    }
  }

  /**
   * Computes the maps of further images of a run, from its last checkpoint.
   * @throws an Error that says what went wrong
   */
  private async addImages(run: FollowedCam, choices: readonly (string | number)[]): Promise<void> {
    const { images } = run.run;
    const known = new Set<string | number>(images.flatMap(({ path, index = path }) => [path, index]));
    const added = choices.filter((choice) => !known.has(choice));
    if (added.length === 0) return;
    const epoch = Math.max(...run.checkpoints.keys());
    if (!Number.isFinite(epoch))
      throw new Error(`${run.name.label} has no checkpoint yet: its maps cannot be computed.`);
    const all = [...images.map(({ path }) => path), ...added.map(String)];
    await withNotification(`Computing maps of ${run.name.label}`, (progress, signal) =>
      this.computeOf(run, { epoch, images: all }, signal, (message) => progress.report({ message })),
    );
  }

  /**
   * Computes maps and sends what is new.
   * @returns false when it was cancelled
   * @throws an Error that says what went wrong
   */
  private async computeOf(
    run: FollowedCam,
    { epoch, images, input }: Omit<ComputeRequest, 'runKey'>,
    signal: AbortSignal,
    onProgress: (message: string) => void,
  ): Promise<boolean> {
    const checkpoint = run.checkpoints.get(epoch);
    if (checkpoint === undefined) throw new Error(`${run.name.label} no longer has a checkpoint of epoch ${epoch}.`);
    const wanted = { folder: run.folder, checkpoint, images, ...(input && { input }) };
    const problems = await computeMaps(this.host.program(), wanted, signal, onProgress);
    if (problems === undefined) return false;
    for (const problem of problems) this.host.log.warn(`CAM overlays of ${run.name.label}: ${problem}`);
    this.postPicturesOf(run, input);
    run.recompute();
    // One that is hidden or not filled yet gets all of it when it is.
    if (this.isHydrated) this.append();
    return true;
  }

  /** @throws an Error for a run that the panel does not have */
  private runOf(runKey: string): FollowedCam {
    const run = this.find(runKey);
    if (run === undefined) throw new Error('The run is no longer in this panel.');
    return run;
  }
}
