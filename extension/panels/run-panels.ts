import * as vscode from 'vscode';
import { Disposable } from '../shared/disposable';
import type { PanelColumn } from './panel-column';
import { restoredRunKeys } from './panel-messages';
import type { PanelKind } from './run-panel';

/** What the open panels of a kind are told apart by. */
interface OpenPanel extends vscode.Disposable {
  readonly runKeys: readonly string[];
  reveal(preserveFocus: boolean): void;
}

/** The open panels of one kind. VS Code brings them back after a reload through this serializer. */
export class RunPanels<Panel extends OpenPanel> extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Set<Panel>();

  constructor(
    private readonly kind: PanelKind,
    private readonly column: PanelColumn,
    private readonly create: (panel: vscode.WebviewPanel, runKeys: readonly string[]) => Panel,
  ) {
    super();
    this.register(vscode.window.registerWebviewPanelSerializer(kind.viewType, this));
  }

  /** Shows these runs: in the panel that has just them, where it is, or else in a new one in the column of the panels. */
  show(runKeys: readonly string[], preserveFocus: boolean): Panel {
    const wanted = [...runKeys].sort().join('\n');
    const same = [...this.open].find((panel) => [...panel.runKeys].sort().join('\n') === wanted);
    if (same) {
      same.reveal(preserveFocus);
      return same;
    }
    const { viewType, title } = this.kind;
    const place = { viewColumn: this.column.next, preserveFocus };
    return this.adopt(vscode.window.createWebviewPanel(viewType, title, place, {}), runKeys);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.adopt(panel, restoredRunKeys(state));
  }

  private adopt(webviewPanel: vscode.WebviewPanel, runKeys: readonly string[]): Panel {
    const panel = this.register(this.create(webviewPanel, runKeys));
    this.open.add(panel);
    this.column.add(webviewPanel);
    webviewPanel.onDidDispose(() => {
      this.open.delete(panel);
      this.release(panel);
    });
    return panel;
  }
}
