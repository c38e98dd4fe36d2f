import * as vscode from 'vscode';
import { Disposable } from '../shared/disposable';
import { restoredRunKeys } from './panel-messages';
import type { PanelKind } from './run-panel';

/** What the open panels of a kind are told apart by. */
interface OpenPanel extends vscode.Disposable {
  readonly runKeys: readonly string[];
  readonly column: vscode.ViewColumn | undefined;
  reveal(preserveFocus: boolean): void;
}

/** The open panels of one kind. VS Code brings them back after a reload through this serializer. */
export class RunPanels<Panel extends OpenPanel> extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Set<Panel>();

  constructor(
    private readonly kind: PanelKind,
    private readonly create: (panel: vscode.WebviewPanel, runKeys: readonly string[]) => Panel,
  ) {
    super();
    this.register(vscode.window.registerWebviewPanelSerializer(kind.viewType, this));
  }

  /** Shows these runs: in the panel that has just them, or else in a new one, beside the editor or the other panels. */
  show(runKeys: readonly string[], preserveFocus: boolean): Panel {
    const wanted = [...runKeys].sort().join('\n');
    const panels = [...this.open];
    const same = panels.find((panel) => [...panel.runKeys].sort().join('\n') === wanted);
    if (same) {
      same.reveal(preserveFocus);
      return same;
    }
    const viewColumn = panels.find(({ column }) => column !== undefined)?.column ?? vscode.ViewColumn.Beside;
    const { viewType, title } = this.kind;
    return this.adopt(vscode.window.createWebviewPanel(viewType, title, { viewColumn, preserveFocus }, {}), runKeys);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.adopt(panel, restoredRunKeys(state));
  }

  private adopt(webviewPanel: vscode.WebviewPanel, runKeys: readonly string[]): Panel {
    const panel = this.register(this.create(webviewPanel, runKeys));
    this.open.add(panel);
    webviewPanel.onDidDispose(() => {
      this.open.delete(panel);
      this.release(panel);
    });
    return panel;
  }
}
