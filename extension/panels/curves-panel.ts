import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { CurveFollower } from '../../trainer/run/curve-follower';
import { CurvesModel } from '../../trainer/run/curves';
import { panelHtml } from '../../trainer/run/panel-html';
import { ReadingTurns } from '../../trainer/run/reading-turns';
import { readRunInfo } from '../../trainer/run/run-info';
import type { RunCurves, ToCurves, webviewProtocolVersion } from '../../webview/protocol';
import { Disposable } from '../shared/disposable';
import { Throttle } from '../shared/throttle';
import type { CurvesChoicesMemory } from './curves-choices';
import { saveChartFile } from './curves-export';
import { curvesPanelTitle, parseFromCurves } from './curves-messages';

/** The version of the messages; the webview's bundle has the same number built in. */
const protocolVersion: typeof webviewProtocolVersion = 1;
const appendEveryMs = 100;
/** How long a panel waits for the runs' earlier records before it shows what there is. */
const replayPatienceMs = 150;
/** So many messages with long columns are sent before the first has arrived. */
const mostUnderWay = 6;
/** Of all panels: the extension host has one thread. */
const readingTurns = new ReadingTurns();

/** What a panel needs of the rest of the extension. */
export interface CurvesPanelHost {
  /** The folder of the extension. */
  extensionUri: vscode.Uri;
  folderOf(runId: string): string | undefined;
  /** Lets the person choose; undefined when that was cancelled. */
  chooseRuns(shown: readonly string[]): Promise<string[] | undefined>;
  /** How curves were last looked at in this workspace. */
  choices: CurvesChoicesMemory;
  /** Shows what there is of a run at an epoch. */
  openEpoch(runId: string, epoch: number): void;
  log: vscode.LogOutputChannel;
}

/** A panel with the loss curves of some runs. Its webview holds no truth: it is hydrated whenever it says `ready`. */
export class CurvesPanel extends Disposable {
  private shown: ShownRun[] = [];
  /** Problems of runs that cannot be shown. */
  private unreadable: ToCurves[] = [];
  private isHydrated = false;
  /** Counts them: a new one ends those under way. */
  private hydration = 0;
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
        this.shown.push(
          new ShownRun(
            info.folder,
            () => new CurvesModel(runId, experiment),
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
      case 'openEpoch':
        if (this.ids.includes(message.runId)) this.host.openEpoch(message.runId, message.epoch);
        break;
      case 'saveFile':
        void saveChartFile(message);
        break;
      case 'choices':
        this.host.choices.write(message.choices);
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
    const hydration = ++this.hydration;
    this.isHydrated = false;
    const { shown } = this;
    const allReplayed = Promise.all(shown.map(({ follower }) => follower.replayed));
    await Promise.race([allReplayed, delay(replayPatienceMs)]);
    const isCurrent = () =>
      !this.isDisposed && this.panel.visible && shown === this.shown && hydration === this.hydration;
    if (!isCurrent()) return;
    const choices = this.host.choices.read();
    const runs = shown.map((run) => run.beginning());
    void this.post({ type: 'hydrate', version: protocolVersion, runs, choices });
    for (const message of this.unreadable) void this.post(message);
    for (const run of shown) this.postProblem(run);
    this.isHydrated = true;
    await this.complete(shown, isCurrent);
  }

  /** Sends the curves of the runs that are not complete, as their records have been read. */
  private async complete(shown: readonly ShownRun[], isCurrent: () => boolean): Promise<void> {
    const incomplete = shown.filter(({ isComplete }) => !isComplete);
    if (incomplete.length === 0) return;
    const title = incomplete.length === 1 ? 'MixProp: reading a run' : 'MixProp: reading runs';
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async (progress) => {
      const underWay: Thenable<boolean>[] = [];
      let posted = Promise.resolve();
      const completing = incomplete.map(async (run) => {
        await run.follower.replayed;
        posted = posted.then(async () => {
          for (let delta = run.follower.model.take(); delta && isCurrent(); delta = run.follower.model.take()) {
            // Some are on the way at once, not all of them.
            underWay.push(this.post({ type: 'append', ...delta }));
            if (underWay.length > mostUnderWay) await underWay.shift();
          }
          if (!isCurrent()) return;
          run.isComplete = true;
          this.postProblem(run);
          const complete = shown.filter(({ isComplete }) => isComplete).length;
          void this.post({ type: 'progress', complete, total: shown.length });
          progress.report({ message: `${complete} of ${shown.length}` });
        });
        await posted;
      });
      const total = shown.length;
      void this.post({ type: 'progress', complete: total - incomplete.length, total });
      await Promise.all(completing);
    });
  }

  private append(): void {
    if (!this.isHydrated) return;
    for (const run of this.shown) {
      if (!run.isComplete) continue;
      for (let delta = run.follower.model.take(); delta; delta = run.follower.model.take()) {
        void this.post({ type: 'append', ...delta });
        this.postProblem(run);
      }
    }
  }

  private postProblem({ follower: { problem, model } }: ShownRun): void {
    if (problem !== undefined) void this.post({ type: 'unreadable', runId: model.header.runId, message: problem });
  }

  /** Settles when the message has left. */
  private post(message: ToCurves): Thenable<boolean> {
    return this.panel.webview.postMessage(message);
  }
}

/** A run in the panel: its records become curves. */
class ShownRun {
  readonly follower: CurveFollower;
  /** The webview has all that there was, and gets what is new. */
  isComplete = false;

  /**
   * @param onMore the model has more to take
   * @param onRestart the model begins anew: what was taken is void
   */
  constructor(folder: string, newModel: () => CurvesModel, onMore: () => void, onRestart: () => void) {
    this.follower = new CurveFollower(folder, newModel, { onMore, onRestart }, readingTurns);
  }

  /** What the panel is hydrated with: a run that is read and short is complete, the curves of others follow. */
  beginning(): RunCurves {
    const { model, hasReplayed } = this.follower;
    this.isComplete = hasReplayed && model.isShort;
    return this.isComplete ? model.hydrate() : model.announce();
  }

  dispose(): void {
    this.follower.dispose();
  }
}
