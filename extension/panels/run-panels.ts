import * as vscode from 'vscode';
import type { RunName } from '../../common/panels/protocol';
import { Disposable } from '../shared/disposable';
import { isOfType, type PanelColumn } from './panel-column';
import { panelTitle, restoredRuns } from './panel-messages';
import type { PanelKind } from './run-panel';

/** A panel behind another tab that somebody looks at is there after this time, or never. */
const wakingMs = 5000;
const groupNames = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'];

/** What the open panels of a kind are told apart by. */
interface OpenPanel extends vscode.Disposable {
  readonly runKeys: readonly string[];
  reveal(preserveFocus: boolean): void;
}

/** What the panels' runs are found by. */
interface PanelRuns {
  /** The folders of runs that are given by their folders or their ids. */
  foldersOf(runs: readonly string[]): string[];
  nameRuns(runKeys: readonly string[]): RunName[];
}

/** The open panels of one kind. VS Code brings them back after a reload through this serializer. */
export class RunPanels<Panel extends OpenPanel> extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<Panel, vscode.WebviewPanel>();
  private readonly restored = this.register(new vscode.EventEmitter<void>());

  constructor(
    private readonly kind: PanelKind,
    private readonly column: PanelColumn,
    private readonly runs: PanelRuns,
    private readonly create: (panel: vscode.WebviewPanel, runKeys: readonly string[]) => Panel,
  ) {
    super();
    this.register(vscode.window.registerWebviewPanelSerializer(kind.viewType, this));
  }

  /** Shows these runs: in the panel that has just them, where it is, or else in a new one in the column of the panels. */
  async show(runKeys: readonly string[], preserveFocus: boolean): Promise<Panel> {
    const same = this.find(runKeys) ?? (await this.wake(runKeys));
    if (same) {
      same.reveal(preserveFocus);
      return same;
    }
    const { viewType, title } = this.kind;
    const place = { viewColumn: this.column.next, preserveFocus };
    return this.adopt(vscode.window.createWebviewPanel(viewType, title, place, {}), runKeys);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    // An id is said to be no run (any more) where it is none.
    this.adopt(
      panel,
      restoredRuns(state).flatMap((run) => {
        const folders = this.runs.foldersOf([run]);
        return folders.length > 0 ? folders : [run];
      }),
    );
    this.restored.fire();
  }

  private find(runKeys: readonly string[]): Panel | undefined {
    const wanted = [...runKeys].sort().join('\n');
    return [...this.open.keys()].find((panel) => [...panel.runKeys].sort().join('\n') === wanted);
  }

  /**
   * The panel of these runs that waits behind another tab since the window was loaded: VS Code makes it anew when it is looked at,
   * and tells no more of it than its title.
   */
  private async wake(runKeys: readonly string[]): Promise<Panel | undefined> {
    const labels = this.runs.nameRuns(runKeys).map(({ label }) => label);
    const title = panelTitle(this.kind.title, labels);
    const { all, activeTabGroup } = vscode.window.tabGroups;
    for (const { tabs, viewColumn } of all) {
      const isThere = [...this.open.values()].some((panel) => panel.viewColumn === viewColumn && panel.title === title);
      const index = tabs.findIndex((tab) => tab.label === title && isOfType(tab)(this.kind.viewType));
      if (isThere || index < 0) continue;
      const restored = new Promise<void>((resolve) => {
        const listening = this.restored.event(() => done());
        const clock = setTimeout(() => done(), wakingMs);
        const done = () => {
          clearTimeout(clock);
          listening.dispose();
          resolve();
        };
      });
      await focusGroup(viewColumn);
      await vscode.commands.executeCommand('workbench.action.openEditorAtIndex', index);
      await restored;
      await focusGroup(activeTabGroup.viewColumn);
      const panel = this.find(runKeys);
      if (panel) return panel;
    }
    return undefined;
  }

  private adopt(webviewPanel: vscode.WebviewPanel, runKeys: readonly string[]): Panel {
    const panel = this.register(this.create(webviewPanel, runKeys));
    this.open.set(panel, webviewPanel);
    this.column.add(webviewPanel);
    webviewPanel.onDidDispose(() => {
      this.open.delete(panel);
      this.release(panel);
    });
    return panel;
  }
}

async function focusGroup(column: vscode.ViewColumn): Promise<void> {
  const name = groupNames[column - 1];
  if (name !== undefined) await vscode.commands.executeCommand(`workbench.action.focus${name}EditorGroup`);
}
