import * as vscode from 'vscode';
import { commandIds } from '../shared/command-ids';
import { Disposable } from '../shared/disposable';
import { describeRun, statusBarIcon, statusBarText } from './run-description';
import type { RunRegistry } from './run-registry';

/** Progress and remaining time in the status bar while something runs; a click shows the curves. */
export class RunStatusBar extends Disposable {
  private readonly item = this.register(
    vscode.window.createStatusBarItem('mixprop.progress', vscode.StatusBarAlignment.Left),
  );

  constructor(private readonly registry: RunRegistry) {
    super();
    this.item.name = 'MixProp Progress';
    this.register(registry.onDidChange(() => this.update()));
  }

  private update(): void {
    const active = this.registry.runs.filter(({ isActive }) => isActive);
    if (active.length === 0) {
      this.item.hide();
      return;
    }
    const text = statusBarText(active);
    this.item.command = {
      command: commandIds.showLossCurves,
      title: 'Show Loss Curves',
      arguments: [active.map(({ summary }) => summary.folder)],
    };
    this.item.text = `$(${statusBarIcon(active)}) ${text}`;
    this.item.accessibilityInformation = { label: `MixProp: ${text}` };
    const tooltip = new vscode.MarkdownString();
    for (const run of active) {
      tooltip.appendMarkdown('**').appendText(run.label).appendMarkdown('** ');
      tooltip.appendText(describeRun(run)).appendMarkdown('  \n');
    }
    tooltip.appendMarkdown('Click to show the loss curves.');
    this.item.tooltip = tooltip;
    this.item.show();
  }
}
