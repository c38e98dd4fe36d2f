import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { CurvesModel } from '../../trainer/run/curves';
import { panelHtml } from '../../trainer/run/panel-html';
import { type FollowerState, RunFollower } from '../../trainer/run/run-follower';
import { readRunInfo } from '../../trainer/run/run-info';
import type { ToCurves, webviewProtocolVersion } from '../../webview/protocol';
import { Disposable } from '../shared/disposable';
import { Throttle } from '../shared/throttle';
import { curvesPanelTitle, parseFromCurves } from './curves-messages';

/** The version of the messages; the webview's bundle has the same number built in. */
const protocolVersion: typeof webviewProtocolVersion = 1;
const appendEveryMs = 100;
/** How long a panel waits for the runs' earlier records before it shows what there is. */
const replayPatienceMs = 1000;

/** What a panel needs of the rest of the extension. */
export interface CurvesPanelHost {
  /** The folder of the extension. */
  extensionUri: vscode.Uri;
  folderOf(runId: string): string | undefined;
  /** Lets the person choose; undefined when that was cancelled. */
  chooseRuns(shown: readonly string[]): Promise<string[] | undefined>;
  log: vscode.LogOutputChannel;
}

/** A panel with the loss curves of some runs. Its webview holds no truth: it is hydrated whenever it says `ready`. */
export class CurvesPanel extends Disposable {
  private shown: ShownRun[] = [];
  /** Problems of runs that cannot be shown. */
  private unreadable: ToCurves[] = [];
  private isHydrated = false;
  private readonly appending = this.register(new Throttle(appendEveryMs, () => this.append()));

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private ids: readonly string[],
    private readonly host: CurvesPanelHost,
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
      light: vscode.Uri.joinPath(host.extensionUri, 'media', 'curves-light.svg'),
      dark: vscode.Uri.joinPath(host.extensionUri, 'media', 'curves-dark.svg'),
    };
    panel.webview.html = panelHtml({
      panel: 'curves',
      title: 'Loss Curves',
      scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(folder, 'curves.js')).toString(),
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

  override dispose(): void {
    for (const run of this.shown) run.dispose();
    this.shown = [];
    super.dispose();
  }

  private followRuns(): void {
    for (const run of this.shown) run.dispose();
    this.shown = [];
    this.unreadable = [];
    this.panel.title = curvesPanelTitle(this.ids);
    for (const runId of this.ids) {
      const folder = this.host.folderOf(runId);
      const info = folder === undefined ? undefined : readRunInfo(folder);
      if (info?.experiment) {
        const { experiment } = info;
        const newModel = () => new CurvesModel(runId, experiment);
        this.shown.push(
          new ShownRun(
            info.folder,
            newModel,
            () => this.appending.request(),
            () => void this.hydrate(),
          ),
        );
      } else {
        const message = info?.problem ?? 'There is no such run in the workspace any more.';
        this.unreadable.push({ type: 'unreadable', runId, message });
      }
    }
  }

  private receive(untrusted: unknown): void {
    const message = parseFromCurves(untrusted);
    switch (message?.type) {
      case 'ready':
        if (message.version !== protocolVersion) {
          this.host.log.error(`The curves panel speaks version ${message.version}, not ${protocolVersion}.`);
        }
        void this.hydrate();
        break;
      case 'chooseRuns':
        void this.chooseRuns();
        break;
      case 'error':
        this.host.log.error(`Curves panel: ${message.message}`);
        break;
      case undefined:
        this.host.log.warn('The curves panel sent a message that is none of the protocol.');
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

  private async hydrate(): Promise<void> {
    this.isHydrated = false;
    const { shown } = this;
    await Promise.race([Promise.all(shown.map(({ replayed }) => replayed)), delay(replayPatienceMs)]);
    if (this.isDisposed || !this.panel.visible || shown !== this.shown) return;
    this.post({ type: 'hydrate', version: protocolVersion, runs: shown.map((run) => run.model.hydrate()) });
    for (const message of this.unreadable) this.post(message);
    this.isHydrated = true;
  }

  private append(): void {
    if (!this.isHydrated) return;
    for (const run of this.shown) {
      const delta = run.model.take();
      if (delta) this.post({ type: 'append', ...delta });
    }
  }

  private post(message: ToCurves): void {
    void this.panel.webview.postMessage(message);
  }
}

/** A run in the panel: its records become curves. */
class ShownRun {
  model: CurvesModel;
  /** Settles when the records that were there at first have been read. */
  readonly replayed: Promise<void>;
  private readonly follower: RunFollower;

  /**
   * @param onMore the model has more to take
   * @param onRestart the model begins anew: what was taken is void
   */
  constructor(folder: string, newModel: () => CurvesModel, onMore: () => void, onRestart: () => void) {
    this.model = newModel();
    let settle = () => {};
    this.replayed = new Promise((resolve) => {
      settle = resolve;
    });
    this.follower = new RunFollower(folder, {
      onEvents: (events) => {
        for (const event of events) this.model.add(event);
        onMore();
      },
      onStateChange: (state) => {
        if (state.phase !== 'replaying') settle();
        this.showState(state);
        onMore();
      },
      onRestart: () => {
        this.model = newModel();
        onRestart();
      },
    });
  }

  dispose(): void {
    this.follower.dispose();
  }

  private showState(state: FollowerState): void {
    if (state.phase === 'ended') this.model.setState(state.state, state.reason);
    if (state.phase === 'unreadable') this.model.setState('failed', state.reason);
  }
}
