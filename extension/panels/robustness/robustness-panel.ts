import * as vscode from 'vscode';
import type { Experiment } from '../../../common/experiment/schema';
import { type FromAnyPanel, panelProtocolVersion, type RunName } from '../../../common/panels/protocol';
import type {
  FromRobustness,
  RobustnessRun,
  ToRobustness,
} from '../../../common/panels/robustness/robustness-contract';
import { robustnessPanelType } from '../../shared/command-ids';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { savePanelFile } from '../save-panel-file';
import { parseFromRobustness } from './robustness-messages';
import { makePictures, type RunMixprop } from './robustness-pictures';
import { FollowedRobustness } from './robustness-run';

export const robustnessKind: PanelKind = {
  name: 'robustness',
  viewType: robustnessPanelType,
  title: 'Robustness',
  appendEveryMs: 200,
  patienceMs: 2000,
};

type OwnMessage = Exclude<FromRobustness, FromAnyPanel>;
type FlipsRequest = Extract<OwnMessage, { type: 'flips' }>;

/** What the panel needs of the rest of the extension. */
export interface RobustnessPanelHost extends RunPanelHost {
  /** Lets the person evaluate one of these runs. */
  evaluate(runKeys: readonly string[]): void;
  /** Runs commands of `mixprop` until the token says stop. */
  mixprop(token: vscode.CancellationToken): RunMixprop;
}

/** A panel with the robustness of some runs. */
export class RobustnessPanel extends RunPanel<ToRobustness, FromRobustness, FollowedRobustness, RobustnessPanelHost> {
  /** Of the pictures that are being made. */
  private picturing: vscode.CancellationTokenSource | undefined;

  constructor(panel: vscode.WebviewPanel, runKeys: readonly string[], host: RobustnessPanelHost) {
    super(robustnessKind, panel, runKeys, host);
  }

  override dispose(): void {
    this.picturing?.cancel();
    super.dispose();
  }

  protected follow(name: RunName, experiment: Experiment, { onMore }: ShownRunHandlers) {
    return new FollowedRobustness(name, experiment, onMore);
  }

  protected parse(message: unknown): OwnMessage | undefined {
    return parseFromRobustness(message);
  }

  protected handle(message: OwnMessage): void {
    switch (message.type) {
      case 'evaluate':
        this.host.evaluate(this.runKeys);
        break;
      case 'saveFile':
        void savePanelFile(message);
        break;
      case 'flips':
        this.answer(message);
        break;
    }
  }

  protected contents(shown: readonly FollowedRobustness[]): ToRobustness {
    const runs = shown.map(({ contents }) => contents).filter((run): run is RobustnessRun => run !== undefined);
    return { type: 'hydrate', version: panelProtocolVersion, runs };
  }

  protected append(): void {
    for (const followed of this.shown) {
      const run = followed.take();
      if (run) void this.post({ type: 'run', run });
    }
  }

  /** Names the lost images, then makes their pictures. What is still being made for an earlier wish is given up. */
  private answer({ requestId, count, type: _, ...cell }: FlipsRequest): void {
    this.picturing?.cancel();
    this.picturing = undefined;
    const run = this.find(cell.runKey);
    try {
      if (run === undefined) throw new Error('The run is not in this panel any more.');
      const found = run.flips(cell, count);
      const shown = found.shown.map(({ corruptedPath: _, ...image }) => image);
      void this.post({ type: 'flips', requestId, flips: { ...found, shown } });
      if (shown.length > 0) void this.picture(requestId, run, cell, found.shown);
    } catch (error) {
      void this.post({ type: 'flipsFailed', requestId, message: this.whyNot(cell.runKey, error) });
    }
  }

  private async picture(
    requestId: number,
    run: FollowedRobustness,
    cell: Omit<FlipsRequest, 'requestId' | 'count' | 'type'>,
    images: Parameters<typeof makePictures>[0]['images'],
  ): Promise<void> {
    const fail = (message: string) => void this.post({ type: 'picturesFailed', requestId, message });
    if (!vscode.workspace.isTrusted) {
      fail('the workspace is not trusted, and the experiment names the folder to read.');
      return;
    }
    const picturing = new vscode.CancellationTokenSource();
    this.picturing = picturing;
    const { evaluation } = run.evaluation(cell.evaluation);
    const wanted = { cell, images, evaluation, runFolder: run.folder };
    const { pictures, problem } = await makePictures(wanted, this.host.mixprop(picturing.token));
    if (picturing.token.isCancellationRequested || this.isDisposed) return;
    if (pictures.length > 0) void this.post({ type: 'pictures', requestId, pictures });
    if (problem !== undefined) fail(problem);
  }
}
