import type * as vscode from 'vscode';
import type { Experiment } from '../../../common/experiment/schema';
import type { FromDivergence, ToDivergence } from '../../../common/panels/divergence/divergence-contract';
import { type FromAnyPanel, panelProtocolVersion, type RunName } from '../../../common/panels/protocol';
import { divergencePanelType } from '../../shared/command-ids';
import { type PanelKind, RunPanel, type RunPanelHost, type ShownRunHandlers } from '../run-panel';
import { parseFromDivergence } from './divergence-messages';
import { FollowedDivergence } from './divergence-run';

export const divergenceKind: PanelKind = {
  name: 'divergence',
  viewType: divergencePanelType,
  title: 'BN Divergence',
  appendEveryMs: 200,
  patienceMs: 1000,
};

type ChannelsRequest = Exclude<FromDivergence, FromAnyPanel>;

/** A panel with the BN divergence of some runs. */
export class DivergencePanel extends RunPanel<ToDivergence, FromDivergence, FollowedDivergence, RunPanelHost> {
  /** An epoch to show as soon as the panel knows the runs. */
  private wanted: { runKey: string; epoch: number } | undefined;

  constructor(panel: vscode.WebviewPanel, runKeys: readonly string[], host: RunPanelHost) {
    super(divergenceKind, panel, runKeys, host);
  }

  showEpoch(runKey: string, epoch: number): void {
    this.wanted = { runKey, epoch };
    if (this.isHydrated) this.postWanted();
  }

  protected follow(name: RunName, experiment: Experiment, handlers: ShownRunHandlers) {
    return new FollowedDivergence(name, experiment, handlers);
  }

  protected parse(message: unknown): ChannelsRequest | undefined {
    return parseFromDivergence(message);
  }

  protected handle({ requestId, runKey, layer, epoch }: ChannelsRequest): void {
    const run = this.find(runKey);
    try {
      if (run === undefined) throw new Error('The run is not in this panel any more.');
      void this.post({ type: 'channels', requestId, channels: run.channels(layer, epoch) });
    } catch (error) {
      void this.post({ type: 'channelsFailed', requestId, message: this.whyNot(runKey, error) });
    }
  }

  protected contents(shown: readonly FollowedDivergence[]): ToDivergence {
    return { type: 'hydrate', version: panelProtocolVersion, runs: shown.map(({ model }) => model.hydrate()) };
  }

  protected override hydrated(): void {
    this.postWanted();
  }

  protected append(): void {
    for (const { model } of this.shown) {
      const delta = model.take();
      if (delta) void this.post({ type: 'append', ...delta });
    }
  }

  private postWanted(): void {
    if (this.wanted) void this.post({ type: 'goTo', ...this.wanted });
    this.wanted = undefined;
  }
}
