import * as vscode from 'vscode';
import { commandIds } from '../shared/command-ids';
import { Disposable } from '../shared/disposable';
import {
  describeRun,
  type KnownRun,
  type RunIcon,
  runContextValue,
  runDetails,
  runIcon,
  spokenRun,
} from './run-description';
import type { RunRegistry } from './run-registry';

/** A run in the view Runs; its menus' commands are called with it. */
export class RunItem extends vscode.TreeItem {
  constructor(readonly run: KnownRun) {
    const { summary, label } = run;
    super(label);
    const description = describeRun(run);
    this.id = summary.folder;
    this.description = description;
    this.iconPath = themeIcon(runIcon(run));
    this.contextValue = `${runContextValue(run)}${run.notes.star ? '.starred' : ''}`;
    this.command = { command: commandIds.showLossCurves, title: 'Show Loss Curves', arguments: [this] };
    this.accessibilityInformation = { label: spokenRun(run) };
  }

  /** Whether a person would see the same. */
  looksLike(other: RunItem): boolean {
    return (
      this.label === other.label &&
      this.description === other.description &&
      this.contextValue === other.contextValue &&
      this.run.summary.state === other.run.summary.state &&
      this.run.notes.note === other.run.notes.note
    );
  }
}

/** The view Runs: the runs of the workspace, newest first. Runs are read while the view is shown. */
export class RunsView extends Disposable implements vscode.TreeDataProvider<RunItem> {
  private readonly changed = this.register(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private shown: RunItem[] = [];
  private firstLook: Promise<void> | undefined;

  constructor(private readonly registry: RunRegistry) {
    super();
    this.register(registry.onDidChange(() => this.update()));
  }

  /** Reads the runs only while the view can be seen. */
  attach(view: vscode.TreeView<RunItem>): void {
    this.register(view);
    this.register(view.onDidChangeVisibility(({ visible }) => this.registry.watch(visible)));
    if (view.visible) this.registry.watch(true);
  }

  async getChildren(parent?: RunItem): Promise<RunItem[]> {
    if (parent) return [];
    // Without this the view would say for a moment that there are no runs.
    this.firstLook ??= this.registry.refresh();
    if (this.registry.runs.length === 0) await this.firstLook;
    this.shown = this.registry.runs.map((run) => new RunItem(run));
    return this.shown;
  }

  getTreeItem(item: RunItem): vscode.TreeItem {
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, { run }: RunItem): vscode.TreeItem {
    const tooltip = new vscode.MarkdownString();
    for (const [label, value] of runDetails(run)) {
      tooltip.appendMarkdown(`**${label}:** `).appendText(value).appendMarkdown('  \n');
    }
    item.tooltip = tooltip;
    return item;
  }

  /** Redraws only when something that is shown has changed: a redrawn tree loses its hover. */
  private update(): void {
    const items = this.registry.runs.map((run) => new RunItem(run));
    const isSame =
      items.length === this.shown.length &&
      items.every((item, index) => item.id === this.shown[index]!.id && item.looksLike(this.shown[index]!));
    if (!isSame) this.changed.fire(undefined);
  }
}

export function themeIcon({ id, color }: RunIcon): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(id) : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
}
