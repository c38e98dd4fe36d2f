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
import { chooseGrouping, type Grouping, groupRuns, type RunGroup, readGrouping } from './run-groups';
import type { RunRegistry } from './run-registry';

/** A run in the view Runs; its menus' commands are called with it. */
export class RunItem extends vscode.TreeItem {
  /** @param group where the view is grouped: a run may be in several */
  constructor(
    readonly run: KnownRun,
    group?: string,
  ) {
    const { summary, label } = run;
    super(label);
    const description = describeRun(run);
    this.id = group === undefined ? summary.folder : `${summary.folder}\n${group}`;
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

/** A group of runs in the view Runs. */
class GroupItem extends vscode.TreeItem {
  readonly items: readonly RunItem[];

  constructor({ name, runs }: RunGroup) {
    super(name, vscode.TreeItemCollapsibleState.Expanded);
    this.id = `\n${name}`;
    this.description = runs.length === 1 ? '1 run' : `${runs.length} runs`;
    this.items = runs.map((run) => new RunItem(run, name));
  }
}

type Item = GroupItem | RunItem;

/** The view Runs: the runs of the workspace, newest first. Runs are read while the view is shown. */
export class RunsView extends Disposable implements vscode.TreeDataProvider<Item> {
  private readonly changed = this.register(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private shown: Item[] = [];
  private firstLook: Promise<void> | undefined;
  private grouping: Grouping;

  constructor(
    private readonly registry: RunRegistry,
    private readonly state: vscode.Memento,
  ) {
    super();
    this.grouping = readGrouping(state);
    this.register(registry.onDidChange(() => this.update()));
  }

  /** Reads the runs only while the view can be seen. */
  attach(view: vscode.TreeView<Item>): void {
    this.register(view);
    this.register(view.onDidChangeVisibility(({ visible }) => this.registry.watch(visible)));
    if (view.visible) this.registry.watch(true);
  }

  /** Asks how to group the runs, and does. */
  async group(): Promise<void> {
    this.grouping = (await chooseGrouping(this.state)) ?? this.grouping;
    this.changed.fire(undefined);
  }

  async getChildren(parent?: Item): Promise<Item[]> {
    if (parent) return parent instanceof GroupItem ? [...parent.items] : [];
    // Without this the view would say for a moment that there are no runs.
    this.firstLook ??= this.registry.refresh();
    if (this.registry.runs.length === 0) await this.firstLook;
    this.shown = this.items();
    return this.shown;
  }

  getTreeItem(item: Item): vscode.TreeItem {
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, element: Item): vscode.TreeItem {
    if (element instanceof GroupItem) return item;
    const tooltip = new vscode.MarkdownString();
    for (const [label, value] of runDetails(element.run)) {
      tooltip.appendMarkdown(`**${label}:** `).appendText(value).appendMarkdown('  \n');
    }
    item.tooltip = tooltip;
    return item;
  }

  private items(): Item[] {
    const { runs } = this.registry;
    if (this.grouping === 'none') return runs.map((run) => new RunItem(run));
    return groupRuns(runs, this.grouping).map((group) => new GroupItem(group));
  }

  /** Redraws only when something that is shown has changed: a redrawn tree loses its hover. */
  private update(): void {
    const items = flat(this.items());
    const shown = flat(this.shown);
    const isSame = items.length === shown.length && items.every((item, index) => looksLike(item, shown[index]!));
    if (!isSame) this.changed.fire(undefined);
  }
}

const flat = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => (item instanceof GroupItem ? [item, ...item.items] : [item]));

const looksLike = (one: Item, other: Item): boolean =>
  one.id === other.id && (one instanceof GroupItem || (other instanceof RunItem && one.looksLike(other)));

export function themeIcon({ id, color }: RunIcon): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(id) : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
}
