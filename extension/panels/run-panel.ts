import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { plainMessage } from '../../common/errors/system-error';
import type { Experiment } from '../../common/experiment/schema';
import { panelHtml } from '../../common/panels/panel-html';
import {
  type HydrateMessage,
  panelProtocolVersion,
  type RunName,
  type ToAnyPanel,
  type UnreadableRun,
} from '../../common/panels/protocol';
import type { ReplyMessage, RequestMap } from '../../common/panels/requests';
import { readRunInfo } from '../../common/run/run-info';
import { Disposable } from '../shared/disposable';
import { Throttle } from '../shared/throttle';
import { type PanelSchemas, panelTitle, parseMessage } from './panel-messages';
import { type RequestHandlers, RequestServer } from './request-server';
import { savePanelFile } from './save-panel-file';

/** A kind of panel. Its bundle is `dist/NAME.js`, its icons are `media/NAME-light.svg` and `media/NAME-dark.svg`. */
export interface PanelKind {
  name: string;
  /** What VS Code knows the panels by, to restore them. */
  viewType: string;
  title: string;
  /** The least time between two messages with news of the runs. */
  appendEveryMs: number;
  /** How long a panel waits for the runs' earlier records before it shows what there is. */
  patienceMs: number;
}

/** What a panel needs of the rest of the extension. */
export interface RunPanelHost {
  /** The folder of the extension. */
  extensionUri: vscode.Uri;
  /** What runs go by, among all that are known. @param runKeys their folders */
  nameRuns(runKeys: readonly string[]): RunName[];
  /** Whether a folder is a run of the workspace, or one that was launched from this window. */
  isRun(folder: string): boolean;
  /** Runs have come, changed or gone. */
  onDidChangeRuns: vscode.Event<void>;
  /** Lets the person choose; undefined when that was cancelled. */
  chooseRuns(shown: readonly string[]): Promise<string[] | undefined>;
  log: vscode.LogOutputChannel;
}

/** A run as a panel shows it. */
export interface ShownRun {
  /** Changes where other runs of the same id come or go. */
  readonly name: RunName;
  /** Settles when what there was of the run has been read. Never rejects. */
  readonly replayed: Promise<unknown>;
  /** Its folder is no longer there. What was read of it stays. */
  readonly isGone: boolean;
  dispose(): void;
}

export interface ShownRunHandlers {
  /** There is more to send. */
  onMore(): void;
  /** Another run is in the folder now: this one is to be dropped. */
  onRestart(): void;
}

/**
 * A panel about some runs. Its webview holds no truth: it is hydrated whenever it says `ready`, gets news while it is visible,
 * and is made anew by VS Code when it was hidden.
 */
export abstract class RunPanel<
  To extends { type: string },
  Own extends { type: string },
  Requests extends RequestMap,
  Run extends ShownRun,
  Host extends RunPanelHost,
> extends Disposable {
  protected shown: Run[] = [];
  protected isHydrated = false;
  /** Problems of runs that cannot be shown. */
  private unreadable: UnreadableRun[] = [];
  /** Counts hydrations: a new one supersedes those that are not done. */
  private hydration = 0;
  private readonly appending: Throttle;
  /** Waits until the panel knows its runs. */
  private waiting: To | undefined;
  private readonly requests = this.register(
    new RequestServer<Run, Requests>({
      handlers: () => this.handlers,
      find: (runKey) => this.find(runKey),
      post: (message) => void this.post(message),
      whyNot: (runKey, error) => this.whyNot(runKey, error),
    }),
  );

  constructor(
    private readonly kind: PanelKind,
    private readonly schemas: PanelSchemas<Own, Requests>,
    protected readonly panel: vscode.WebviewPanel,
    private keys: readonly string[],
    protected readonly host: Host,
  ) {
    super();
    this.appending = this.register(
      new Throttle(kind.appendEveryMs, () => {
        this.noteGone();
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
    this.register(host.onDidChangeRuns(() => this.updateNames()));
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

  get runKeys(): readonly string[] {
    return this.keys;
  }

  reveal(preserveFocus: boolean): void {
    this.panel.reveal(undefined, preserveFocus);
  }

  override dispose(): void {
    for (const run of this.shown) run.dispose();
    this.shown = [];
    super.dispose();
  }

  /** Begins to follow the run in the folder that is its key. */
  protected abstract follow(name: RunName, experiment: Experiment, handlers: ShownRunHandlers): Run;

  protected abstract readonly handlers: RequestHandlers<Run, Requests>;

  protected abstract handle(message: Own): void;

  /** The complete contents: what the message `hydrate` has besides its version. */
  protected abstract contents(shown: readonly Run[]): Omit<Extract<To, HydrateMessage<unknown>>, 'type' | 'version'>;

  /** After the contents were sent, as long as `isCurrent`. */
  protected hydrated(_shown: readonly Run[], _isCurrent: () => boolean): void | Promise<void> {}

  /** Sends what is new. */
  protected abstract append(): void;

  /** Settles when the message has left. */
  protected post(message: To | ToAnyPanel | ReplyMessage<Requests>): Thenable<boolean> {
    return this.panel.webview.postMessage(message);
  }

  /** Sends the message as soon as the panel knows its runs, unless there is a later one by then. */
  protected postWhenHydrated(message: To): void {
    if (this.isHydrated) void this.post(message);
    else this.waiting = message;
  }

  protected find(runKey: string): Run | undefined {
    return this.shown.find(({ name }) => name.runKey === runKey);
  }

  /** Why something of a run cannot be had, in words. */
  private whyNot(runKey: string, error: unknown): string {
    if (!this.find(runKey)?.isGone) return plainMessage(error);
    return 'The folder of this run is no longer there: only what was shown last is kept.';
  }

  /** Follows the runs of the panel. Those that it already shows are kept, also one whose folder is gone. */
  private followRuns(): void {
    const names = this.host.nameRuns(this.keys);
    this.setTitle(names);
    const before = this.shown;
    this.shown = [];
    this.unreadable = [];
    for (const name of names) {
      const { runKey, label } = name;
      const known = before.find((run) => run.name.runKey === runKey);
      if (known !== undefined) {
        this.shown.push(known);
        continue;
      }
      const info = this.host.isRun(runKey) ? readRunInfo(runKey) : undefined;
      if (info?.experiment) {
        const handlers: ShownRunHandlers = {
          onMore: () => this.appending.request(),
          onRestart: () => this.beginAnew(runKey),
        };
        this.shown.push(this.follow(name, info.experiment, handlers));
      } else {
        const message = info?.problem ?? 'This run is no longer in the workspace.';
        this.unreadable.push({ type: 'unreadable', runKey, label, message });
      }
    }
    for (const run of before) if (!this.shown.includes(run)) run.dispose();
  }

  /** There is another run in the folder. */
  private beginAnew(runKey: string): void {
    this.find(runKey)?.dispose();
    this.shown = this.shown.filter(({ name }) => name.runKey !== runKey);
    this.followRuns();
    void this.hydrate();
  }

  /** Labels change where other runs of the same id come or go; a run that was missing may have come. */
  private updateNames(): void {
    const cameBack = this.unreadable.some(({ runKey }) => this.host.isRun(runKey) && readRunInfo(runKey).experiment);
    if (cameBack) {
      this.followRuns();
      void this.hydrate();
    }
    const names = this.host.nameRuns(this.keys);
    const renamed = this.shown.filter(({ name }) => {
      const { label } = names.find(({ runKey }) => runKey === name.runKey)!;
      const isOther = label !== name.label;
      name.label = label;
      return isOther;
    });
    if (renamed.length === 0) return;
    this.setTitle(names);
    this.postNames(renamed);
  }

  /** Says which runs' folders went or came back. */
  private noteGone(): void {
    this.postNames(
      this.shown.filter(({ name, isGone }) => {
        const isNews = isGone !== (name.isGone ?? false);
        name.isGone = isGone;
        return isNews;
      }),
    );
  }

  private postNames(renamed: readonly Run[]): void {
    if (renamed.length > 0 && this.isHydrated) {
      void this.post({ type: 'names', runs: renamed.map(({ name }) => ({ ...name })) });
    }
  }

  private setTitle(names: readonly RunName[]): void {
    this.panel.title = panelTitle(
      this.kind.title,
      names.map(({ label }) => label),
    );
  }

  private receive(untrusted: unknown): void {
    const message = parseMessage(this.schemas, untrusted);
    if (message === undefined) {
      this.host.log.warn(`${this.kind.title} sent a message that is not of the protocol.`);
      return;
    }
    switch (message.type) {
      case 'ready':
        if (message.version !== panelProtocolVersion) {
          this.host.log.error(`${this.kind.title} speaks version ${message.version}, not ${panelProtocolVersion}.`);
        }
        this.requests.beginPage();
        void this.hydrate();
        break;
      case 'chooseRuns':
        void this.chooseRuns();
        break;
      case 'removeRuns':
        this.showRuns(this.keys.filter((runKey) => !message.runKeys.includes(runKey)));
        break;
      case 'error':
        this.host.log.error(`${this.kind.title}: ${message.message}`);
        break;
      case 'saveFile':
        void savePanelFile(message);
        break;
      case 'request':
        void this.requests.answer(message);
        break;
      case 'cancel':
        this.requests.cancel(message.id);
        break;
      case 'own':
        this.handle(message.message);
        break;
    }
  }

  private async chooseRuns(): Promise<void> {
    const keys = await this.host.chooseRuns(this.keys);
    if (keys !== undefined && !this.isDisposed) this.showRuns(keys);
  }

  private showRuns(keys: readonly string[]): void {
    this.keys = keys;
    this.followRuns();
    void this.hydrate();
  }

  private async hydrate(): Promise<void> {
    const hydration = ++this.hydration;
    this.isHydrated = false;
    const { shown } = this;
    await Promise.race([Promise.all(shown.map(({ replayed }) => replayed)), delay(this.kind.patienceMs)]);
    const isCurrent = () =>
      !this.isDisposed && this.panel.visible && shown === this.shown && hydration === this.hydration;
    if (!isCurrent()) return;
    this.noteGone();
    void this.post({ type: 'hydrate', version: panelProtocolVersion, ...this.contents(shown) } as unknown as To);
    for (const message of this.unreadable) void this.post(message);
    this.isHydrated = true;
    if (this.waiting) void this.post(this.waiting);
    this.waiting = undefined;
    await this.hydrated(shown, isCurrent);
  }
}
