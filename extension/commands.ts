import * as vscode from 'vscode';
import type { createPanels } from './create-panels';
import type { ExperimentDiagnostics } from './experiments/experiment-diagnostics';
import { experimentOfRunHandlers } from './experiments/experiment-of-run';
import { newExperiment } from './experiments/new-experiment';
import { runExperiment } from './experiments/run-experiment';
import { deleteRuns } from './runs/delete-runs';
import type { RunEvaluator } from './runs/evaluate-run';
import { lifecycleHandlers } from './runs/lifecycle-commands';
import { notesHandlers } from './runs/notes-commands';
import { type KnownRun, likeliestFirst } from './runs/run-description';
import type { RunLauncher } from './runs/run-launcher';
import type { RunOutputs } from './runs/run-output';
import { chooseRuns, isTexts, noRuns, pickRun, pickRuns, runsOfCall } from './runs/run-picker';
import type { RunRegistry } from './runs/run-registry';
import type { RunsView } from './runs/runs-view';
import type { Doctor } from './runtime/doctor';
import type { RuntimeInstaller } from './runtime/runtime-installer';
import type { CommandHandler, Handlers } from './shared/command-handler';
import type { CommandName } from './shared/command-ids';
import { requireTrust } from './shared/trust';

/** What the commands work with. */
export interface CommandContext {
  registry: RunRegistry;
  runsView: RunsView;
  launcher: RunLauncher;
  outputs: RunOutputs;
  panels: ReturnType<typeof createPanels>;
  evaluator: RunEvaluator;
  chooseImages(target: unknown): Promise<unknown>;
  diagnostics: ExperimentDiagnostics;
  installer: RuntimeInstaller;
  doctor: Doctor;
}

/** One handler for every command, so that none is forgotten. */
export function commandHandlers(context: CommandContext): Handlers<CommandName> {
  const { registry, launcher, outputs, panels, evaluator, diagnostics, installer, doctor } = context;
  /** Shows the runs that it is called on, by their folders or ids, or those that the person chooses. */
  const showIn =
    (kind: keyof typeof panels, title: string): CommandHandler =>
    async (clicked, selected) => {
      const called = isTexts(clicked)
        ? registry.foldersOf(clicked)
        : runsOfCall(clicked, selected)?.map(({ summary }) => summary.folder);
      const runKeys = called ?? (await chooseRunsToShow(registry, title));
      if (runKeys && runKeys.length > 0) await panels[kind].show(runKeys, false);
    };
  return {
    newExperiment,

    async runExperiment(target) {
      const folder = await runExperiment(target, launcher, diagnostics);
      if (folder !== undefined) await panels.curves.show([folder], true);
    },

    ...lifecycleHandlers({
      registry,
      launcher,
      showCurves: async (folder) => void (await panels.curves.show([folder], true)),
    }),

    ...notesHandlers(registry),
    ...experimentOfRunHandlers(registry),

    async deleteRun(clicked, selected) {
      const choice = { title: 'Delete Run', fits: () => true, none: noRuns };
      await deleteRuns(await chooseRuns(registry, choice, clicked, selected), registry);
    },

    showLossCurves: showIn('curves', 'Show Loss Curves'),
    showBnDivergence: showIn('divergence', 'Show BN Divergence'),
    showCamOverlays: showIn('cam', 'Show CAM Overlays'),
    showRobustness: showIn('robustness', 'Show Robustness'),

    async evaluateRun(clicked, selected) {
      if (!(await requireTrust('Evaluating a run'))) return;
      const among = isTexts(clicked) ? new Set(registry.foldersOf(clicked)) : undefined;
      const fits = ({ summary }: KnownRun) => among?.has(summary.folder) ?? summary.problem === undefined;
      const none = among ? 'The folders of these runs are no longer there: choose other runs.' : noRuns;
      const run = runsOfCall(clicked, selected)?.[0] ?? (await pickRun(registry, 'Evaluate Run', fits, none));
      if (run) await evaluator.evaluate(run, registry.runs);
    },

    async explainImage(clicked, selected) {
      if (!(await requireTrust('Explaining an image'))) return;
      const uris = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
      const files = uris.filter((uri) => uri instanceof vscode.Uri).map(({ fsPath }) => fsPath);
      if (files.length === 0) throw new Error('call this on an image in the explorer');
      const run = await pickRun(registry, 'Explain with MixProp Run', () => true, noRuns);
      if (run) await (await panels.cam.show([run.summary.folder], false)).explain(files);
    },

    async chooseValidationImages(target) {
      await context.chooseImages(target);
    },

    async showRunLog(clicked, selected) {
      const called = runsOfCall(clicked, selected);
      const runs = called ?? [await pickRun(registry, 'Show Run Log', () => true, noRuns)];
      for (const run of runs) if (run) outputs.show(run.summary.folder, run.label);
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

    async copyRunPath(clicked, selected) {
      const choice = { title: 'Copy Run Path', fits: () => true, none: noRuns };
      const runs = await chooseRuns(registry, choice, clicked, selected);
      const folders = runs.map(({ summary }) => summary.folder);
      if (folders.length > 0) await vscode.env.clipboard.writeText(folders.join('\n'));
    },

    groupRuns: () => context.runsView.group(),

    refreshRuns: () => registry.refresh(),

    installTensorflowRuntime: () => installer.choose(),

    doctor: () => doctor.examine(),
  };
}

/** The runs to show together, chosen by the person; without asking where there is only one. */
async function chooseRunsToShow(registry: RunRegistry, title: string): Promise<string[] | undefined> {
  await registry.refresh();
  const runs = likeliestFirst(registry.runs);
  if (runs.length === 0) {
    void vscode.window.showInformationMessage(noRuns);
    return undefined;
  }
  if (runs.length === 1) return runs.map(({ summary }) => summary.folder);
  const active = runs.filter(({ isActive }) => isActive);
  const ticked = active.length > 0 ? active : runs.slice(0, 1);
  const picked = await pickRuns(registry, title, new Set(ticked.map(({ summary }) => summary.folder)));
  return picked?.map(({ summary }) => summary.folder);
}
