import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { panelHtml } from '../../trainer/run/panel-html';
import { readRunInfo } from '../../trainer/run/run-info';
import type { FromDivergence, ToDivergence, webviewProtocolVersion } from '../../webview/protocol';
import { Disposable } from '../shared/disposable';
import { Throttle } from '../shared/throttle';
import { divergencePanelTitle, parseFromDivergence } from './divergence-messages';
import { FollowedDivergence } from './divergence-run';

/** The version of the messages; the webview's bundle has the same number built in. */
const protocolVersion: typeof webviewProtocolVersion = 1;
const appendEveryMs = 200;
/** How long a panel waits for the runs' earlier records before it shows what there is. */
const replayPatienceMs = 1000;

/** What a panel needs of the rest of the extension. */
export interface DivergencePanelHost {
  /** The folder of the extension. */
  extensionUri: vscode.Uri;
  folderOf(runId: string): string | undefined;
  /** Lets the person choose; undefined when that was cancelled. */
  chooseRuns(shown: readonly string[]): Promise<string[] | undefined>;
  log: vscode.LogOutputChannel;
}

/** A panel with the BN divergence of some runs. Its webview holds no truth: it is hydrated whenever it says `ready`. */
export class DivergencePanel extends Disposable {
  private shown: FollowedDivergence[] = [];
  /** Problems of runs that cannot be shown. */
  private unreadable: ToDivergence[] = [];
  private isHydrated = false;
  /** An epoch to show as soon as the panel knows the runs. */
  private wanted: { runId: string; epoch: number } | undefined;
  private readonly appending = this.register(new Throttle(appendEveryMs, () => this.append()));

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private ids: readonly string[],
    private readonly host: DivergencePanelHost,
  ) {
    super();
    this.register(panel.onDidDispose(() => this.dispose()));
    this.register(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    this.register(
      panel.onDidChangeViewState(() => {
        // A hidden webview is destroyed, and says `ready` when it is made again.
        if (!panel.visible) this.isHydrated = false;
      }),
    );
    this.followRuns();
    const folder = vscode.Uri.joinPath(host.extensionUri, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(host.extensionUri, 'media', 'divergence-light.svg'),
      dark: vscode.Uri.joinPath(host.extensionUri, 'media', 'divergence-dark.svg'),
    };
    panel.webview.html = panelHtml({
      panel: 'divergence',
      title: 'BN Divergence',
      scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(folder, 'divergence.js')).toString(),
      nonce: randomBytes(16).toString('base64url'),
    });
  }

  get runIds(): readonly string[] {
    return this.ids;
  }

  get column(): vscode.ViewColumn | undefined {
    return this.panel.viewColumn;
  }

  reveal(preserveFocus: boolean): void {
    this.panel.reveal(undefined, preserveFocus);
  }

  showEpoch(runId: string, epoch: number): void {
    this.wanted = { runId, epoch };
    if (this.isHydrated) this.postWanted();
  }

  override dispose(): void {
    for (const run of this.shown) run.dispose();
    this.shown = [];
    super.dispose();
  }

  private followRuns(): void {
    for (const run of this.shown) run.dispose();
    this.shown = [];
    this.unreadable = [];
    this.panel.title = divergencePanelTitle(this.ids);
    for (const runId of this.ids) {
      const folder = this.host.folderOf(runId);
      const info = folder === undefined ? undefined : readRunInfo(folder);
      if (info?.experiment) {
        this.shown.push(
          new FollowedDivergence(runId, info.folder, info.experiment, {
            onMore: () => this.appending.request(),
            onRestart: () => void this.hydrate(),
          }),
        );
      } else {
        const message = info?.problem ?? 'There is no such run in the workspace any more.';
        this.unreadable.push({ type: 'unreadable', runId, message });
      }
    }
  }

  private receive(untrusted: unknown): void {
    const message = parseFromDivergence(untrusted);
    switch (message?.type) {
      case 'ready':
        if (message.version !== protocolVersion) {
          this.host.log.error(`The divergence panel speaks version ${message.version}, not ${protocolVersion}.`);
        }
        void this.hydrate();
        break;
      case 'chooseRuns':
        void this.chooseRuns();
        break;
      case 'channels':
        this.answer(message);
        break;
      case 'error':
        this.host.log.error(`Divergence panel: ${message.message}`);
        break;
      case undefined:
        this.host.log.warn('The divergence panel sent a message that is none of the protocol.');
        break;
    }
  }

  private async chooseRuns(): Promise<void> {
    const ids = await this.host.chooseRuns(this.ids);
    if (ids === undefined || this.isDisposed) return;
    this.ids = ids;
    this.followRuns();
    await this.hydrate();
  }

  private answer({ requestId, runId, layer, epoch }: Extract<FromDivergence, { type: 'channels' }>): void {
    const run = this.shown.find((shown) => shown.runId === runId);
    try {
      if (run === undefined) throw new Error(`The run ${runId} is not in this panel.`);
      this.post({ type: 'channels', requestId, channels: run.channels(layer, epoch) });
    } catch (error) {
      this.post({ type: 'channelsFailed', requestId, message: (error as Error).message });
    }
  }

  private async hydrate(): Promise<void> {
    this.isHydrated = false;
    const { shown } = this;
    await Promise.race([Promise.all(shown.map(({ replayed }) => replayed)), delay(replayPatienceMs)]);
    if (this.isDisposed || !this.panel.visible || shown !== this.shown) return;
    this.post({ type: 'hydrate', version: protocolVersion, runs: shown.map((run) => run.model.hydrate()) });
    for (const message of this.unreadable) this.post(message);
    this.isHydrated = true;
    this.postWanted();
  }

  private postWanted(): void {
    if (this.wanted) this.post({ type: 'goTo', ...this.wanted });
    this.wanted = undefined;
  }

  private append(): void {
    if (!this.isHydrated) return;
    for (const run of this.shown) {
      const delta = run.model.take();
      if (delta) this.post({ type: 'append', ...delta });
    }
  }

  private post(message: ToDivergence): void {
    void this.panel.webview.postMessage(message);
  }
}
