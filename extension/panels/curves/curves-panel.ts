import * as vscode from 'vscode';
import type { Experiment } from '../../../common/experiment/schema';
import { CurveFollower } from '../../../common/panels/curves/curve-follower';
import type { FromCurvesAlone, RunCurves, ToCurves } from '../../../common/panels/curves/curves-contract';
import { CurvesModel } from '../../../common/panels/curves/curves-model';
import type { RunName } from '../../../common/panels/protocol';
import { panelTypes } from '../../shared/command-ids';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { curvesSchemas } from './curves-messages';

export const curvesKind: PanelKind = {
  name: 'curves',
  viewType: panelTypes.curves,
  title: 'Loss Curves',
  appendEveryMs: 100,
  patienceMs: 150,
};

/** The number of messages with long columns that are sent before the first has arrived. */
const maxInTransit = 6;
/** How curves were last looked at in this workspace: a new panel begins with it. */
const choicesKey = 'mixprop.curvesChoices';

/** What the panel needs of the rest of the extension. */
export interface CurvesPanelHost extends RunPanelHost {
  /** VS Code's storage of the workspace. */
  workspaceState: vscode.Memento;
  /** Shows a run's maps or divergence at an epoch. */
  openEpoch(runKey: string, epoch: number): void;
}

/** A panel with the loss curves of some runs. */
export class CurvesPanel extends RunPanel<
  ToCurves,
  FromCurvesAlone,
  Record<never, never>,
  ShownCurves,
  CurvesPanelHost
> {
  protected readonly handlers = {};

  constructor(panel: vscode.WebviewPanel, runKeys: readonly string[], host: CurvesPanelHost) {
    super(curvesKind, curvesSchemas, panel, runKeys, host);
  }

  protected follow(name: RunName, experiment: Experiment, handlers: ShownRunHandlers): ShownCurves {
    return new ShownCurves(name, () => new CurvesModel(name, experiment), handlers);
  }

  protected handle(message: FromCurvesAlone): void {
    if (message.type === 'choices') void this.host.workspaceState.update(choicesKey, message.choices);
    else if (this.runKeys.includes(message.runKey)) this.host.openEpoch(message.runKey, message.epoch);
  }

  protected contents(shown: readonly ShownCurves[]) {
    const choices: unknown = this.host.workspaceState.get(choicesKey);
    return { runs: shown.map((run) => run.beginning()), choices };
  }

  /** Sends the curves of the runs that are not complete, as their records have been read. */
  protected override async hydrated(shown: readonly ShownCurves[], isCurrent: () => boolean): Promise<void> {
    for (const run of shown) this.postProblem(run);
    const incomplete = shown.filter(({ isComplete }) => !isComplete);
    if (incomplete.length === 0) return;
    const title = incomplete.length === 1 ? 'MixProp: reading a run' : 'MixProp: reading runs';
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async (progress) => {
      const inTransit: Thenable<boolean>[] = [];
      let posted = Promise.resolve();
      const completing = incomplete.map(async (run) => {
        await run.replayed;
        posted = posted.then(async () => {
          for (let delta = run.model.take(); delta && isCurrent(); delta = run.model.take()) {
            // Several at once, but never all: the webview would have to hold them.
            inTransit.push(this.post({ type: 'append', ...delta }));
            if (inTransit.length > maxInTransit) await inTransit.shift();
          }
          if (!isCurrent()) return;
          run.isComplete = true;
          this.postProblem(run);
          const complete = shown.filter(({ isComplete }) => isComplete).length;
          void this.post({ type: 'progress', complete, total: shown.length });
          progress.report({ message: `${complete} of ${shown.length}` });
        });
        await posted;
      });
      const total = shown.length;
      void this.post({ type: 'progress', complete: total - incomplete.length, total });
      await Promise.all(completing);
    });
  }

  protected append(): void {
    for (const run of this.shown) {
      if (!run.isComplete) continue;
      for (let delta = run.model.take(); delta; delta = run.model.take()) {
        void this.post({ type: 'append', ...delta });
        this.postProblem(run);
      }
    }
  }

  private postProblem({ name: { runKey, label }, problem }: ShownCurves): void {
    if (problem !== undefined) void this.post({ type: 'unreadable', runKey, label, message: problem });
  }
}

/** A run in the panel: its records become curves. */
class ShownCurves {
  /** The webview has all that there was, and gets what is new. */
  isComplete = false;
  private readonly follower: CurveFollower;

  constructor(
    readonly name: RunName,
    newModel: () => CurvesModel,
    handlers: ShownRunHandlers,
  ) {
    this.follower = new CurveFollower(name.runKey, newModel, handlers);
  }

  get model(): CurvesModel {
    return this.follower.model;
  }

  get replayed(): Promise<void> {
    return this.follower.replayed;
  }

  get isGone(): boolean {
    return this.follower.isGone;
  }

  /** Why the run's records cannot be shown, or not all of them. */
  get problem(): string | undefined {
    return this.follower.problem;
  }

  /** What the panel is hydrated with: a run that is read and short is complete, the curves of others follow. */
  beginning(): RunCurves {
    const { model, hasReplayed } = this.follower;
    this.isComplete = hasReplayed && model.isShort;
    return this.isComplete ? model.hydrate() : model.announce();
  }

  dispose(): void {
    this.follower.dispose();
  }
}
