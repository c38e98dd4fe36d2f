import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Experiment } from '../../trainer/experiment/schema';
import { panelHtml } from '../../trainer/run/panel-html';
import { readRunInfo } from '../../trainer/run/run-info';
import type { webviewProtocolVersion } from '../../webview/protocol';
import { Disposable } from '../shared/disposable';
import { Throttle } from '../shared/throttle';
import { type PanelMessage, panelTitle, parsePanelMessage } from './panel-messages';

/** The version of the messages; the webviews' bundles have the same number built in. */
export const protocolVersion: typeof webviewProtocolVersion = 1;

/** A kind of panel. Its bundle is `dist/NAME.js`, its icons are `media/NAME-light.svg` and `media/NAME-dark.svg`. */
export interface PanelKind {
  name: string;
  /** What VS Code knows the panels by, to restore them. */
  viewType: string;
  title: string;
  /** News from the runs is sent at most so often. */
  appendEveryMs: number;
  /** How long a panel waits for the runs' earlier records before it shows what there is. */
  patienceMs: number;
}

/** What a panel needs of the rest of the extension. */
export interface RunPanelHost {
  /** The folder of the extension. */
  extensionUri: vscode.Uri;
  folderOf(runId: string): string | undefined;
  /** Lets the person choose; undefined when that was cancelled. */
  chooseRuns(shown: readonly string[]): Promise<string[] | undefined>;
  log: vscode.LogOutputChannel;
}

/** A run as a panel shows it. */
export interface ShownRun {
  readonly runId: string;
  /** Settles when what there was of the run has been read. Never rejects. */
  readonly replayed: Promise<unknown>;
  dispose(): void;
}

export interface ShownRunHandlers {
  /** There is more to send. */
  onMore(): void;
  /** What was sent is void. */
  onRestart(): void;
}

/** A run that cannot be shown, with the reason. */
interface UnreadableRun {
  type: 'unreadable';
  runId: string;
  message: string;
}

/**
 * A panel about some runs. Its webview holds no truth: it is hydrated whenever it says `ready`, gets news while it is visible,
 * and is made anew by VS Code when it was hidden.
 */
export abstract class RunPanel<
  To extends { type: string },
  From extends { type: string },
  Run extends ShownRun,
  Host extends RunPanelHost,
> extends Disposable {
  protected shown: Run[] = [];
  protected isHydrated = false;
  /** Problems of runs that cannot be shown. */
  private unreadable: UnreadableRun[] = [];
  /** Counts them: a new one ends those under way. */
  private hydration = 0;
  private readonly appending: Throttle;

  constructor(
    private readonly kind: PanelKind,
    protected readonly panel: vscode.WebviewPanel,
    private ids: readonly string[],
    protected readonly host: Host,
  ) {
    super();
    this.appending = this.register(
      new Throttle(kind.appendEveryMs, () => {
        if (this.isHydrated) this.append();
      }),
    );
    this.register(panel.onDidDispose(() => this.dispose()));
    this.register(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    this.register(
      panel.onDidChangeViewState(() => {
        // A hidden webview is destroyed, and says `ready` when it is made again.
        if (!panel.visible) this.isHydrated = false;
      }),
    );
    this.followRuns();
    const { name, title } = kind;
    const folder = vscode.Uri.joinPath(host.extensionUri, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(host.extensionUri, 'media', `${name}-light.svg`),
      dark: vscode.Uri.joinPath(host.extensionUri, 'media', `${name}-dark.svg`),
    };
    panel.webview.html = panelHtml({
      panel: name,
      title,
      scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.js`)).toString(),
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

  /** Begins to follow a run. */
  protected abstract follow(runId: string, folder: string, experiment: Experiment, handlers: ShownRunHandlers): Run;

  /** A message that only this kind of panel has, or undefined when it is none: webview content is not trusted. */
  protected abstract parse(message: unknown): Exclude<From, PanelMessage> | undefined;

  protected abstract handle(message: Exclude<From, PanelMessage>): void;

  /** The complete contents. */
  protected abstract contents(shown: readonly Run[]): To;

  /** After the contents were sent, as long as `isCurrent`. */
  protected hydrated(_shown: readonly Run[], _isCurrent: () => boolean): void | Promise<void> {}

  /** Sends what is new. */
  protected abstract append(): void;

  /** Settles when the message has left. */
  protected post(message: To | UnreadableRun): Thenable<boolean> {
    return this.panel.webview.postMessage(message);
  }

  private followRuns(): void {
    for (const run of this.shown) run.dispose();
    this.shown = [];
    this.unreadable = [];
    this.panel.title = panelTitle(this.kind.title, this.ids);
    const handlers: ShownRunHandlers = {
      onMore: () => this.appending.request(),
      onRestart: () => void this.hydrate(),
    };
    for (const runId of this.ids) {
      const folder = this.host.folderOf(runId);
      const info = folder === undefined ? undefined : readRunInfo(folder);
      if (info?.experiment) this.shown.push(this.follow(runId, info.folder, info.experiment, handlers));
      else {
        const message = info?.problem ?? 'There is no such run in the workspace any more.';
        this.unreadable.push({ type: 'unreadable', runId, message });
      }
    }
  }

  private receive(untrusted: unknown): void {
    const common = parsePanelMessage(untrusted);
    switch (common?.type) {
      case 'ready':
        if (common.version !== protocolVersion) {
          this.host.log.error(`${this.kind.title} speaks version ${common.version}, not ${protocolVersion}.`);
        }
        void this.hydrate();
        break;
      case 'chooseRuns':
        void this.chooseRuns();
        break;
      case 'error':
        this.host.log.error(`${this.kind.title}: ${common.message}`);
        break;
      case undefined: {
        const message = this.parse(untrusted);
        if (message !== undefined) this.handle(message);
        else this.host.log.warn(`${this.kind.title} sent a message that is none of the protocol.`);
        break;
      }
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
    const hydration = ++this.hydration;
    this.isHydrated = false;
    const { shown } = this;
    await Promise.race([Promise.all(shown.map(({ replayed }) => replayed)), delay(this.kind.patienceMs)]);
    const isCurrent = () =>
      !this.isDisposed && this.panel.visible && shown === this.shown && hydration === this.hydration;
    if (!isCurrent()) return;
    void this.post(this.contents(shown));
    for (const message of this.unreadable) void this.post(message);
    this.isHydrated = true;
    await this.hydrated(shown, isCurrent);
  }
}
