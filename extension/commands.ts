import * as vscode from 'vscode';
import type { CommandName } from './command-ids';
import type { ExperimentDiagnostics } from './experiments/experiment-diagnostics';
import { newExperiment } from './experiments/new-experiment';
import { runExperiment } from './experiments/run-experiment';
import type { CurvesPanel } from './panels/curves-panel';
import type { DivergencePanel } from './panels/divergence-panel';
import type { RunPanels } from './panels/run-panels';
import { likeliestFirst, runContextValue } from './runs/run-description';
import type { RunLauncher } from './runs/run-launcher';
import type { RunOutputs } from './runs/run-output';
import { pickRun, pickRuns, runsOfCall } from './runs/run-picker';
import type { RunRegistry } from './runs/run-registry';
import { stopRun } from './runs/stop-run';
import type { Doctor } from './runtime/doctor';
import type { RuntimeInstaller } from './runtime/runtime-installer';
import { requireTrust } from './shared/trust';

/** What the commands work with. */
export interface CommandContext {
  registry: RunRegistry;
  launcher: RunLauncher;
  outputs: RunOutputs;
  curvesPanels: RunPanels<CurvesPanel>;
  divergencePanels: RunPanels<DivergencePanel>;
  diagnostics: ExperimentDiagnostics;
  installer: RuntimeInstaller;
  doctor: Doctor;
}

/** What VS Code calls: with nothing from the palette, with the clicked item and the selected ones from a menu. */
export type CommandHandler = (clicked?: unknown, selected?: unknown) => Promise<void>;

/** One handler for every command, so that none is forgotten. */
export function commandHandlers(context: CommandContext): Record<CommandName, CommandHandler> {
  const { registry, launcher, outputs, curvesPanels, divergencePanels, diagnostics, installer, doctor } = context;
  return {
    newExperiment,

    async runExperiment(target) {
      const runId = await runExperiment(target, launcher, diagnostics);
      if (runId !== undefined) curvesPanels.show([runId], true);
    },

    async stopRun(clicked, selected) {
      if (!(await requireTrust('Stopping a run'))) return;
      const called = runsOfCall(clicked, selected);
      const none = 'No run is at work.';
      const runs = called ?? [await pickRun(registry, 'Stop Run', ({ isActive }) => isActive, none)];
      await Promise.all(runs.map((run) => run && stopRun(run.summary.folder, run.summary.runId)));
    },

    async resumeRun(clicked, selected) {
      if (!(await requireTrust('Resuming a run'))) return;
      const none = 'No run was stopped or has failed.';
      const runs = runsOfCall(clicked, selected) ?? [
        await pickRun(registry, 'Resume Run', (run) => runContextValue(run) === 'run.resumable', none),
      ];
      for (const run of runs) {
        if (!run) continue;
        const { folder, runId } = run.summary;
        if (await launcher.resume(folder, runId)) curvesPanels.show([runId], true);
      }
    },

    async showLossCurves(clicked, selected) {
      const called = isTexts(clicked) ? clicked : runsOfCall(clicked, selected)?.map(({ summary }) => summary.runId);
      const runIds = called ?? (await chooseRunsToShow(registry, 'Show Loss Curves'));
      if (runIds && runIds.length > 0) curvesPanels.show(runIds, false);
    },

    async showBnDivergence(clicked, selected) {
      const called = isTexts(clicked) ? clicked : runsOfCall(clicked, selected)?.map(({ summary }) => summary.runId);
      const runIds = called ?? (await chooseRunsToShow(registry, 'Show BN Divergence'));
      if (runIds && runIds.length > 0) divergencePanels.show(runIds, false);
    },

    async showRunLog(clicked, selected) {
      const called = runsOfCall(clicked, selected);
      const runs = called ?? [await pickRun(registry, 'Show Run Log', () => true, noRuns)];
      for (const run of runs) if (run) outputs.show(run.summary.folder, run.summary.runId);
    },

    async revealRunFolder(clicked, selected) {
      const called = runsOfCall(clicked, selected);
      const run = called ? called[0] : await pickRun(registry, 'Reveal Run Folder', () => true, noRuns);
      if (!run) return;
      const uri = vscode.Uri.file(run.summary.folder);
      // The system's file manager is of no use for folders on a remote machine: where it can, the explorer shows it.
      const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
      await vscode.commands.executeCommand(isInside ? 'revealInExplorer' : 'revealFileInOS', uri);
    },

    refreshRuns: () => registry.refresh(),

    installTensorflowRuntime: () => installer.choose(),

    doctor: () => doctor.examine(),
  };
}

const noRuns = 'There are no runs in this workspace yet.';

/** The runs to show together, chosen by the person; without asking where there is only one. */
async function chooseRunsToShow(registry: RunRegistry, title: string): Promise<string[] | undefined> {
  await registry.refresh();
  const runs = likeliestFirst(registry.runs);
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(noRuns);
    return undefined;
  }
  if (runs.length === 1) return runs.map(({ summary }) => summary.runId);
  const active = runs.filter(({ isActive }) => isActive);
  const ticked = active.length > 0 ? active : runs.slice(0, 1);
  const picked = await pickRuns(registry, title, new Set(ticked.map(({ summary }) => summary.runId)));
  return picked?.map(({ summary }) => summary.runId);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
