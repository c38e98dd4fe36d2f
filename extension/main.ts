import * as vscode from 'vscode';
import { plainMessage } from '../common/errors/system-error';
import { commandHandlers } from './commands';
import { createPanels } from './create-panels';
import { ExperimentDiagnostics } from './experiments/experiment-diagnostics';
import { ExperimentsView } from './experiments/experiments-view';
import { chooseValidationImages } from './explain/choose-images';
import { ImageHover } from './explain/image-hover';
import { MixpropCli } from './process/mixprop-cli';
import { RunEvaluator } from './runs/evaluate-run';
import { FailureNotices } from './runs/failure-notices';
import { NoteFiles } from './runs/note-files';
import { RunLauncher } from './runs/run-launcher';
import { RunOutputs } from './runs/run-output';
import { RunRegistry } from './runs/run-registry';
import { RunStatusBar } from './runs/run-status-bar';
import { RunsView } from './runs/runs-view';
import { Doctor } from './runtime/doctor';
import { RuntimeInstaller } from './runtime/runtime-installer';
import type { CommandHandler } from './shared/command-handler';
import { type CommandName, commandIds, viewIds } from './shared/command-ids';
import { offer } from './shared/offer';

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
  const cli = own(new MixpropCli(script, log));
  const panels = createPanels({ context, own, registry, cli, script, log });
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

  const handlers = commandHandlers({
    registry,
    runsView,
    launcher,
    outputs,
    panels,
    evaluator: new RunEvaluator(cli),
    chooseImages: (target: unknown) =>
      chooseValidationImages(target, cli, registry, async (folder, images) =>
        (await panels.cam.show([folder], false)).explain(images),
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
