import type * as vscode from 'vscode';
import type { Experiment } from '../../../common/experiment/schema';
import type { DivergenceRequests, ToDivergence } from '../../../common/panels/divergence/divergence-contract';
import type { RunName } from '../../../common/panels/protocol';
import { panelTypes } from '../../shared/command-ids';
import type { RequestHandlers } from '../request-server';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { divergenceSchemas } from './divergence-messages';
import { FollowedDivergence } from './divergence-run';

export const divergenceKind: PanelKind = {
  name: 'divergence',
  viewType: panelTypes.divergence,
  title: 'BN Divergence',
  appendEveryMs: 200,
  patienceMs: 1000,
};

/** A panel with the BN divergence of some runs. */
export class DivergencePanel extends RunPanel<
  ToDivergence,
  never,
  DivergenceRequests,
  FollowedDivergence,
  RunPanelHost
> {
  protected readonly handlers: RequestHandlers<FollowedDivergence, DivergenceRequests> = {
    channels: (run, { layer, epoch }) => run.channels(layer, epoch),
  };

  constructor(panel: vscode.WebviewPanel, runKeys: readonly string[], host: RunPanelHost) {
    super(divergenceKind, divergenceSchemas, panel, runKeys, host);
  }

  showEpoch(runKey: string, epoch: number): void {
    this.postWhenHydrated({ type: 'goTo', runKey, epoch });
  }

  protected follow(name: RunName, experiment: Experiment, handlers: ShownRunHandlers) {
    return new FollowedDivergence(name, experiment, handlers);
  }

  protected handle(): void {}

  protected contents(shown: readonly FollowedDivergence[]) {
    return { runs: shown.map(({ model }) => model.hydrate()) };
  }

  protected append(): void {
    for (const { model } of this.shown) {
      const delta = model.take();
      if (delta) void this.post({ type: 'append', ...delta });
    }
  }
}
