import { setTimeout as delay } from 'node:timers/promises';
import { ProgressLocation, type WebviewPanel, window } from 'vscode';
import { plainMessage } from '../../../common/errors/system-error';
import type { Experiment } from '../../../common/experiment/schema';
import type { CamInput, FromCam, ToCam } from '../../../common/panels/cam/cam-contract';
import { camCorruptions } from '../../../common/panels/cam/cam-files';
import { type FromAnyPanel, panelProtocolVersion, type RunName } from '../../../common/panels/protocol';
import { experimentFileOf, type ImageChoice } from '../../explain/choose-images';
import { computeMaps } from '../../explain/compute-maps';
import { recordInRun } from '../../explain/record-in-run';
import type { TrainerProgram } from '../../process/trainer-launch';
import { camPanelType } from '../../shared/command-ids';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { savePanelFile } from '../save-panel-file';
import { parseFromCam } from './cam-messages';
import { FollowedCam } from './cam-run';

export const camKind: PanelKind = {
  name: 'cam',
  viewType: camPanelType,
  title: 'CAM Overlays',
  appendEveryMs: 200,
  patienceMs: 1000,
};

const mostAttempts = 4;
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

type MapsRequest = Extract<FromCam, { type: 'maps' | 'compute' }>;

/** A panel with the class activation maps of some runs. */
export class CamPanel extends RunPanel<ToCam, FromCam, FollowedCam, CamPanelHost> {
  /** An epoch to show as soon as the panel knows the runs. */
  private wanted: { runKey: string; epoch: number } | undefined;
  private readonly computing = new Map<number, AbortController>();
  /** Runs whose pictures the webview has, with their `choices` at that time. */
  private readonly sent = new WeakMap<FollowedCam, number>();
  /** Computations come one after the other: each takes all cores. */
  private turn: Promise<void> = Promise.resolve();

  constructor(panel: WebviewPanel, runKeys: readonly string[], host: CamPanelHost) {
    super(camKind, panel, runKeys, host);
  }

  showEpoch(runKey: string, epoch: number): void {
    this.wanted = { runKey, epoch };
    if (this.isHydrated) this.postWanted();
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

  override dispose(): void {
    for (const stop of this.computing.values()) stop.abort();
    super.dispose();
  }

  protected follow(name: RunName, experiment: Experiment, handlers: ShownRunHandlers) {
    return new FollowedCam(name, experiment, handlers);
  }

  protected parse(message: unknown): Exclude<FromCam, FromAnyPanel> | undefined {
    return parseFromCam(message);
  }

  protected handle(message: Exclude<FromCam, FromAnyPanel>): void {
    switch (message.type) {
      case 'maps':
        void this.answer(message);
        break;
      case 'compute':
        this.computing.set(message.requestId, new AbortController());
        this.turn = this.turn.then(() => this.compute(message));
        break;
      case 'cancel':
        this.computing.get(message.requestId)?.abort();
        break;
      case 'look':
        void this.look(message);
        break;
      case 'chooseImages':
        void this.chooseImages(message.runKey);
        break;
      case 'saveFile':
        void savePanelFile(message);
        break;
    }
  }

  protected contents(shown: readonly FollowedCam[]): ToCam {
    for (const { model } of shown) model.take();
    const runs = shown.map(({ run }) => run);
    return { type: 'hydrate', version: panelProtocolVersion, runs, corruptions: [...camCorruptions] };
  }

  protected override hydrated(shown: readonly FollowedCam[]): void {
    for (const run of shown) this.postPictures(run);
    this.postWanted();
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
  private async answer({ requestId, runKey, epoch, input }: MapsRequest): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const run = this.runOf(runKey);
        const maps = run.maps(epoch, input);
        if (input !== undefined) this.postPicturesOf(run, input);
        void this.post({ type: 'maps', requestId, maps });
        return;
      } catch (error) {
        const run = this.find(runKey);
        const isDue = input === undefined && run?.hasRecorded(epoch) && !run.isGone;
        if (!isDue || attempt === mostAttempts || this.isDisposed) {
          void this.post({ type: 'mapsFailed', requestId, message: this.whyNot(runKey, error) });
          return;
        }
        await delay(betweenAttemptsMs);
      }
    }
  }

  private async look({ requestId, runKey, images }: Extract<FromCam, { type: 'look' }>): Promise<void> {
    try {
      const maps = await this.runOf(runKey).look(images);
      void this.post({ type: 'maps', requestId, maps: [maps] });
    } catch (error) {
      void this.post({ type: 'mapsFailed', requestId, message: this.whyNot(runKey, error) });
    }
  }

  private async compute(request: Extract<FromCam, { type: 'compute' }>): Promise<void> {
    const { requestId, runKey } = request;
    const fail = (message: string) => void this.post({ type: 'mapsFailed', requestId, message });
    const stop = this.computing.get(requestId);
    try {
      if (this.isDisposed || stop === undefined || stop.signal.aborted) return fail('Cancelled.');
      if (!(await this.host.mayCompute())) return fail('Computing maps needs a trusted workspace.');
      const isDone = await this.computeOf(this.runOf(runKey), request, stop.signal, (message) => {
        void this.post({ type: 'computing', requestId, message });
      });
      if (isDone) await this.answer(request);
      else fail('Cancelled.');
    } catch (error) {
      fail(this.whyNot(runKey, error));
    } finally {
      this.computing.delete(requestId);
    }
  }

  /**
   * The images are for runs to come, and for runs of the experiment that go on, which record them from their next epoch on. Of
   * the other runs at hand their maps are computed from the last checkpoint.
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
    const title = `Computing maps of ${run.name.label}`;
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    await window.withProgress(options, async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      await this.computeOf(run, { epoch, images: all }, stop.signal, (message) => progress.report({ message }));
    });
  }

  /**
   * Computes maps and sends what is new.
   * @returns false when it was cancelled
   * @throws an Error that says what went wrong
   */
  private async computeOf(
    run: FollowedCam,
    { epoch, images, input }: Pick<Extract<FromCam, { type: 'compute' }>, 'epoch' | 'images' | 'input'>,
    signal: AbortSignal,
    onProgress: (message: string) => void,
  ): Promise<boolean> {
    const checkpoint = run.checkpoints.get(epoch);
    if (checkpoint === undefined) throw new Error(`${run.name.label} has no checkpoint of epoch ${epoch} any more.`);
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
    if (run === undefined) throw new Error('The run is not in this panel any more.');
    return run;
  }

  private postWanted(): void {
    if (this.wanted) void this.post({ type: 'goTo', ...this.wanted });
    this.wanted = undefined;
  }
}
