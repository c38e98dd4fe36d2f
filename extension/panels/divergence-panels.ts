import * as vscode from 'vscode';
import { divergencePanelType } from '../command-ids';
import { Disposable } from '../shared/disposable';
import { restoredDivergenceRunIds } from './divergence-messages';
import { DivergencePanel, type DivergencePanelHost } from './divergence-panel';

/** The BN divergence panels that are open. VS Code brings them back after a reload through this serializer. */
export class DivergencePanels extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Set<DivergencePanel>();

  constructor(private readonly host: DivergencePanelHost) {
    super();
    this.register(vscode.window.registerWebviewPanelSerializer(divergencePanelType, this));
  }

  /** Shows these runs: in the panel that has just them, or else in a new one, beside the editor or the other panels. */
  show(runIds: readonly string[], preserveFocus: boolean): DivergencePanel {
    const wanted = [...runIds].sort().join('\n');
    const panels = [...this.open];
    const same = panels.find((panel) => [...panel.runIds].sort().join('\n') === wanted);
    if (same) {
      same.reveal(preserveFocus);
      return same;
    }
    const viewColumn = panels.find(({ column }) => column !== undefined)?.column ?? vscode.ViewColumn.Beside;
    return this.adopt(
      vscode.window.createWebviewPanel(divergencePanelType, 'BN Divergence', { viewColumn, preserveFocus }, {}),
      runIds,
    );
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.adopt(panel, restoredDivergenceRunIds(state));
  }

  private adopt(webviewPanel: vscode.WebviewPanel, runIds: readonly string[]): DivergencePanel {
    const panel = this.register(new DivergencePanel(webviewPanel, runIds, this.host));
    this.open.add(panel);
    webviewPanel.onDidDispose(() => {
      this.open.delete(panel);
      this.release(panel);
    });
    return panel;
  }
}
