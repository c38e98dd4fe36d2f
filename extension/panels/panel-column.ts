import * as vscode from 'vscode';
import { panelTypes } from '../shared/command-ids';

/** The one column that panels of all kinds open in: beside the editor at first, then where the person had one last. */
export class PanelColumn {
  /** Those that are open, the one that was active last at the end. Where each is, it says itself: it may be moved. */
  private readonly panels = new Set<vscode.WebviewPanel>();

  /** For the next panel. */
  get next(): vscode.ViewColumn {
    const last = [...this.panels].findLast(({ viewColumn }) => viewColumn !== undefined);
    return last?.viewColumn ?? columnOfTabs() ?? vscode.ViewColumn.Beside;
  }

  add(panel: vscode.WebviewPanel): void {
    this.panels.add(panel);
    panel.onDidDispose(() => this.panels.delete(panel));
    panel.onDidChangeViewState(() => {
      if (!panel.active) return;
      this.panels.delete(panel);
      this.panels.add(panel);
    });
  }
}

/** After a reload, a panel behind another tab is not made anew before somebody looks at it: until then there is its tab. */
function columnOfTabs(): vscode.ViewColumn | undefined {
  return vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some((tab) => Object.values(panelTypes).some(isOfType(tab))),
  )?.viewColumn;
}

/** Tells whether a tab is a panel of a type. */
export const isOfType =
  ({ input }: vscode.Tab) =>
  (type: string): boolean =>
    input instanceof vscode.TabInputWebview && input.viewType.endsWith(type);
