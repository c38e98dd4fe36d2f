import * as vscode from 'vscode';
import { hasMaps } from '../common/panels/cam/cam-files';
import type { PanelName } from '../common/panels/panel-names';
import { experimentFileOf } from './experiments/experiment-files';
import { chooseImages } from './explain/choose-images';
import { CamPanel, camKind } from './panels/cam/cam-panel';
import { CurvesPanel, curvesKind } from './panels/curves/curves-panel';
import { DivergencePanel, divergenceKind } from './panels/divergence/divergence-panel';
import { PanelColumn } from './panels/panel-column';
import { RobustnessPanel, robustnessKind } from './panels/robustness/robustness-panel';
import { RunPanels } from './panels/run-panels';
import type { MixpropCli } from './process/mixprop-cli';
import { failureReason } from './process/mixprop-command';
import { trainerProgram } from './process/settings';
import { pickRuns } from './runs/run-picker';
import type { RunRegistry } from './runs/run-registry';
import { commandIds } from './shared/command-ids';
import { requireTrust } from './shared/trust';

interface PanelsContext {
  context: vscode.ExtensionContext;
  /** Has a disposable end with the extension. */
  own: <T extends vscode.Disposable>(disposable: T) => T;
  registry: RunRegistry;
  cli: MixpropCli;
  /** The trainer's program. */
  script: string;
  log: vscode.LogOutputChannel;
}

/** The panels of every kind, which end with the extension. */
export function createPanels({ context, own, registry, cli, script, log }: PanelsContext) {
  const panelHost = {
    extensionUri: context.extensionUri,
    nameRuns: (runKeys: readonly string[]) => registry.nameRuns(runKeys),
    isRun: (folder: string) => registry.isRun(folder),
    onDidChangeRuns: registry.onDidChange,
    chooseRuns: async (shown: readonly string[]) => {
      const runs = await pickRuns(registry, 'Runs in This Panel', new Set(shown));
      return runs?.map(({ summary }) => summary.folder);
    },
    log,
  };
  const column = new PanelColumn();
  const divergencePanels = own(
    new RunPanels(divergenceKind, column, registry, (panel, runKeys) => new DivergencePanel(panel, runKeys, panelHost)),
  );
  const camHost = {
    ...panelHost,
    program: () => trainerProgram(script),
    mayCompute: () => requireTrust('Computing maps'),
    chooseImages: (folder: string) => chooseImages(experimentFileOf(folder), cli, registry),
  };
  const camPanels = own(
    new RunPanels(camKind, column, registry, (panel, runKeys) => new CamPanel(panel, runKeys, camHost)),
  );
  const curvesHost = {
    ...panelHost,
    workspaceState: context.workspaceState,
    openEpoch: (folder: string, epoch: number) => {
      const panels = hasMaps(folder) ? camPanels : divergencePanels;
      void panels.show([folder], false).then((panel) => panel.showEpoch(folder, epoch));
    },
  };
  const curvesPanels = own(
    new RunPanels(curvesKind, column, registry, (panel, runKeys) => new CurvesPanel(panel, runKeys, curvesHost)),
  );
  const robustnessHost = {
    ...panelHost,
    evaluate: (runKeys: readonly string[]) => void vscode.commands.executeCommand(commandIds.evaluateRun, [...runKeys]),
    mixprop: (signal: AbortSignal) => async (commandLine: readonly string[]) => {
      if (signal.aborted) return 'it was cancelled.';
      const end = await cli.run(commandLine, { signal });
      if (end?.status === 0) return undefined;
      return end === undefined ? 'the trainer could not be started.' : failureReason(end);
    },
  };
  const robustnessPanels = own(
    new RunPanels(
      robustnessKind,
      column,
      registry,
      (panel, runKeys) => new RobustnessPanel(panel, runKeys, robustnessHost),
    ),
  );
  return {
    curves: curvesPanels,
    divergence: divergencePanels,
    cam: camPanels,
    robustness: robustnessPanels,
  } satisfies Record<PanelName, unknown>;
}
