import * as vscode from 'vscode';
import { plainMessage } from '../common/errors/system-error';
import { hasMaps } from '../common/panels/cam/cam-files';
import type { PanelName } from '../common/panels/panel-names';
import { commandHandlers } from './commands';
import { ExperimentDiagnostics } from './experiments/experiment-diagnostics';
import { experimentFileOf } from './experiments/experiment-files';
import { ExperimentsView } from './experiments/experiments-view';
import { chooseImages, chooseValidationImages } from './explain/choose-images';
import { ImageHover } from './explain/image-hover';
import { CamPanel, camKind } from './panels/cam/cam-panel';
import { CurvesPanel, curvesKind } from './panels/curves/curves-panel';
import { DivergencePanel, divergenceKind } from './panels/divergence/divergence-panel';
import { PanelColumn } from './panels/panel-column';
import { RobustnessPanel, robustnessKind } from './panels/robustness/robustness-panel';
import { RunPanels } from './panels/run-panels';
import { MixpropCli } from './process/mixprop-cli';
import { failureReason } from './process/mixprop-command';
import { trainerProgram } from './process/settings';
import { RunEvaluator } from './runs/evaluate-run';
import { FailureNotices } from './runs/failure-notices';
import { NoteFiles } from './runs/note-files';
import { RunLauncher } from './runs/run-launcher';
import { RunOutputs } from './runs/run-output';
import { pickRuns } from './runs/run-picker';
import { RunRegistry } from './runs/run-registry';
import { RunStatusBar } from './runs/run-status-bar';
import { RunsView } from './runs/runs-view';
import { Doctor } from './runtime/doctor';
import { RuntimeInstaller } from './runtime/runtime-installer';
import type { CommandHandler } from './shared/command-handler';
import { type CommandName, commandIds, viewIds } from './shared/command-ids';
import { offer } from './shared/offer';
import { requireTrust } from './shared/trust';

/** Called by VS Code. Reads nothing but which runs have a living trainer; the rest is read when somebody looks. */
export function activate(context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };

  const log = own(vscode.window.createOutputChannel('MixProp', { log: true }));
  const registry = own(new RunRegistry());
  const outputs = own(new RunOutputs());
  const diagnostics = own(new ExperimentDiagnostics());
  const script = context.asAbsolutePath('dist/mixprop.js');
  const launcher = new RunLauncher(script, registry, outputs);
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
  const cli = own(new MixpropCli(script, log));
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
  const installer = new RuntimeInstaller(cli);
  const doctor = own(new Doctor(cli, context.extension.packageJSON.version));
  own(ImageHover.register(registry));
  own(new RunStatusBar(registry));
  own(NoteFiles.register(registry));
  own(new FailureNotices(registry, outputs));

  const runsView = own(new RunsView(registry, context.workspaceState));
  runsView.attach(
    vscode.window.createTreeView(viewIds.runs, {
      treeDataProvider: runsView,
      canSelectMany: true,
      showCollapseAll: true,
    }),
  );
  own(vscode.window.registerTreeDataProvider(viewIds.experiments, own(new ExperimentsView())));

  const panels = {
    curves: curvesPanels,
    divergence: divergencePanels,
    cam: camPanels,
    robustness: robustnessPanels,
  } satisfies Record<PanelName, unknown>;
  const handlers = commandHandlers({
    registry,
    runsView,
    launcher,
    outputs,
    panels,
    evaluator: new RunEvaluator(cli),
    chooseImages: (target: unknown) =>
      chooseValidationImages(target, cli, registry, async (folder, images) =>
        (await camPanels.show([folder], false)).explain(images),
      ),
    diagnostics,
    installer,
    doctor,
  });
  for (const name of Object.keys(commandIds) as CommandName[]) {
    own(vscode.commands.registerCommand(commandIds[name], reporting(name, handlers[name], log)));
  }

  registry.followLiving().catch((error: unknown) => log.error(`Looking for running trainers: ${error}`));
}

/** Nothing to do: VS Code disposes what was registered, and trainers go on without the window. */
export function deactivate(): void {}

/** A command that tells the person when it failed. */
function reporting(name: CommandName, handler: CommandHandler, log: vscode.LogOutputChannel): CommandHandler {
  return async (clicked, selected) => {
    try {
      await handler(clicked, selected);
    } catch (error) {
      log.error(`${name}: ${error instanceof Error ? error.stack : error}`);
      const message = error instanceof Error ? plainMessage(error) : String(error);
      void offer('error', `MixProp: ${message}`, { 'Show Log': () => log.show() });
    }
  };
}
