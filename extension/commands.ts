import * as vscode from 'vscode';
import type { CommandName } from './command-ids';
import type { ExperimentDiagnostics } from './experiments/experiment-diagnostics';
import { newExperiment } from './experiments/new-experiment';
import { runExperiment } from './experiments/run-experiment';
import type { CamPanel } from './panels/cam-panel';
import type { CurvesPanel } from './panels/curves-panel';
import type { DivergencePanel } from './panels/divergence-panel';
import type { RobustnessPanel } from './panels/robustness-panel';
import type { RunPanels } from './panels/run-panels';
import type { RunEvaluator } from './runs/evaluate-run';
import { type KnownRun, likeliestFirst, runContextValue } from './runs/run-description';
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
  robustnessPanels: RunPanels<RobustnessPanel>;
  evaluator: RunEvaluator;
  camPanels: RunPanels<CamPanel>;
  chooseImages(target: unknown): Promise<unknown>;
  diagnostics: ExperimentDiagnostics;
  installer: RuntimeInstaller;
  doctor: Doctor;
}

/** What VS Code calls: with nothing from the palette, with the clicked item and the selected ones from a menu. */
export type CommandHandler = (clicked?: unknown, selected?: unknown) => Promise<void>;

/** One handler for every command, so that none is forgotten. */
export function commandHandlers(context: CommandContext): Record<CommandName, CommandHandler> {
  const {
    registry,
    launcher,
    outputs,
    curvesPanels,
    divergencePanels,
    robustnessPanels,
    evaluator,
    camPanels,
    diagnostics,
    installer,
    doctor,
  } = context;
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

    async showCamOverlays(clicked, selected) {
      const called = isTexts(clicked) ? clicked : runsOfCall(clicked, selected)?.map(({ summary }) => summary.runId);
      const runIds = called ?? (await chooseRunsToShow(registry, 'Show CAM Overlays'));
      if (runIds && runIds.length > 0) camPanels.show(runIds, false);
    },

    async showRobustness(clicked, selected) {
      const called = isTexts(clicked) ? clicked : runsOfCall(clicked, selected)?.map(({ summary }) => summary.runId);
      const runIds = called ?? (await chooseRunsToShow(registry, 'Show Robustness'));
      if (runIds && runIds.length > 0) robustnessPanels.show(runIds, false);
    },

    async evaluateRun(clicked, selected) {
      if (!(await requireTrust('Evaluating a run'))) return;
      const among = isTexts(clicked) ? new Set(clicked) : undefined;
      const fits = ({ summary }: KnownRun) => among?.has(summary.runId) ?? summary.problem === undefined;
      const run = runsOfCall(clicked, selected)?.[0] ?? (await pickRun(registry, 'Evaluate Run', fits, noRuns));
      if (run) await evaluator.evaluate(run, registry.runs);
    },

    async explainImage(clicked, selected) {
      if (!(await requireTrust('Explaining an image'))) return;
      const uris = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
      const files = uris.filter((uri) => uri instanceof vscode.Uri).map(({ fsPath }) => fsPath);
      if (files.length === 0) throw new Error('call this on an image in the explorer');
      const run = await pickRun(registry, 'Explain with MixProp Run', () => true, noRuns);
      if (run) await camPanels.show([run.summary.runId], false).explainFiles(files);
    },

    async chooseValidationImages(target) {
      await context.chooseImages(target);
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
