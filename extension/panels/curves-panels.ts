import * as vscode from 'vscode';
import { curvesPanelType } from '../command-ids';
import { Disposable } from '../shared/disposable';
import { restoredRunIds } from './curves-messages';
import { CurvesPanel, type CurvesPanelHost } from './curves-panel';

/** The loss curves panels that are open. VS Code brings them back after a reload through this serializer. */
export class CurvesPanels extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly open = new Set<CurvesPanel>();

  constructor(private readonly host: CurvesPanelHost) {
    super();
    this.register(vscode.window.registerWebviewPanelSerializer(curvesPanelType, this));
  }

  /** Shows these runs: in the panel that has just them, or else in a new one, beside the editor or the other panels. */
  show(runIds: readonly string[], preserveFocus: boolean): void {
    const wanted = [...runIds].sort().join('\n');
    const panels = [...this.open];
    const same = panels.find((panel) => [...panel.runIds].sort().join('\n') === wanted);
    if (same) {
      same.reveal(preserveFocus);
      return;
    }
    const viewColumn = panels.find(({ column }) => column !== undefined)?.column ?? vscode.ViewColumn.Beside;
    this.adopt(
      vscode.window.createWebviewPanel(curvesPanelType, 'Loss Curves', { viewColumn, preserveFocus }, {}),
      runIds,
    );
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.adopt(panel, restoredRunIds(state));
  }

  private adopt(webviewPanel: vscode.WebviewPanel, runIds: readonly string[]): void {
    const panel = this.register(new CurvesPanel(webviewPanel, runIds, this.host));
    this.open.add(panel);
    webviewPanel.onDidDispose(() => {
      this.open.delete(panel);
      this.release(panel);
    });
  }
}
