import * as vscode from 'vscode';
import type { Experiment } from '../../../common/experiment/schema';
import type { RunName } from '../../../common/panels/protocol';
import type {
  FlipsRequest,
  FromRobustnessAlone,
  RobustnessRequests,
  ToRobustness,
} from '../../../common/panels/robustness/robustness-contract';
import { panelTypes } from '../../shared/command-ids';
import type { RequestHandlers } from '../request-server';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { robustnessSchemas } from './robustness-messages';
import { type MadePictures, makePictures, type RunMixprop } from './robustness-pictures';
import { FollowedRobustness } from './robustness-run';

export const robustnessKind: PanelKind = {
  name: 'robustness',
  viewType: panelTypes.robustness,
  title: 'Robustness',
  appendEveryMs: 200,
  patienceMs: 2000,
};

/** What the panel needs of the rest of the extension. */
export interface RobustnessPanelHost extends RunPanelHost {
  /** Lets the person evaluate one of these runs. */
  evaluate(runKeys: readonly string[]): void;
  /** Runs commands of `mixprop` until the signal says stop. */
  mixprop(signal: AbortSignal): RunMixprop;
}

/** A panel with the robustness of some runs. */
export class RobustnessPanel extends RunPanel<
  ToRobustness,
  FromRobustnessAlone,
  RobustnessRequests,
  FollowedRobustness,
  RobustnessPanelHost
> {
  protected readonly handlers: RequestHandlers<FollowedRobustness, RobustnessRequests> = {
    flips: (run, { count, ...cell }) => {
      const found = run.flips(cell, count);
      return { ...found, shown: found.shown.map(({ corruptedPath: _, ...image }) => image) };
    },
    pictures: (run, request, { signal }) => this.makePictures(run, request, signal),
  };

  constructor(panel: vscode.WebviewPanel, runKeys: readonly string[], host: RobustnessPanelHost) {
    super(robustnessKind, robustnessSchemas, panel, runKeys, host);
  }

  protected follow(name: RunName, experiment: Experiment, { onMore }: ShownRunHandlers) {
    return new FollowedRobustness(name, experiment, onMore);
  }

  protected handle(): void {
    this.host.evaluate(this.runKeys);
  }

  protected contents(shown: readonly FollowedRobustness[]) {
    return { runs: shown.flatMap(({ contents }) => contents ?? []) };
  }

  protected append(): void {
    for (const followed of this.shown) {
      const run = followed.take();
      if (run) void this.post({ type: 'run', run });
    }
  }

  private makePictures(
    run: FollowedRobustness,
    { count, ...cell }: FlipsRequest,
    signal: AbortSignal,
  ): Promise<MadePictures> {
    if (!vscode.workspace.isTrusted) {
      throw new Error('the workspace is not trusted, and the experiment names the folder to read.');
    }
    const { evaluation } = run.evaluation(cell.evaluation);
    const wanted = { cell, images: run.flips(cell, count).shown, evaluation, runFolder: run.folder };
    return makePictures(wanted, this.host.mixprop(signal));
  }
}
