import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { Disposable } from '../shared/disposable';
import { experimentFileLabel, experimentGlob, findExperimentFiles } from './experiment-files';

/** The view Experiments: the workspace's experiment files. Nothing is searched or watched before the view is shown. */
export class ExperimentsView extends Disposable implements vscode.TreeDataProvider<vscode.Uri> {
  private readonly changed = this.register(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private watching = false;

  getChildren(parent?: vscode.Uri): vscode.ProviderResult<vscode.Uri[]> {
    if (parent) return [];
    this.watch();
    return findExperimentFiles();
  }

  getTreeItem(uri: vscode.Uri): vscode.TreeItem {
    const item = new vscode.TreeItem(uri);
    item.label = experimentFileLabel(uri);
    const folder = dirname(vscode.workspace.asRelativePath(uri));
    item.description = folder === '.' ? '' : folder;
    item.iconPath = new vscode.ThemeIcon('beaker');
    item.contextValue = 'experiment';
    item.command = { command: 'vscode.open', title: 'Open', arguments: [uri] };
    return item;
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const watcher = this.register(vscode.workspace.createFileSystemWatcher(experimentGlob, false, true, false));
    const refresh = () => this.changed.fire(undefined);
    this.register(watcher.onDidCreate(refresh));
    this.register(watcher.onDidDelete(refresh));
    this.register(vscode.workspace.onDidChangeWorkspaceFolders(refresh));
  }
}
