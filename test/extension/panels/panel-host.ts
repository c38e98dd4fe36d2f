import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { WebviewPanel } from 'vscode';
import { panelProtocolVersion } from '../../../common/panels/protocol';
import { runPaths } from '../../../common/run/run-folder';
import type { RunPanelHost } from '../../../extension/panels/run-panel';
import { EventEmitter, FakeChannel, FakePanel, Uri } from '../fake-vscode';

type Posted = FakePanel['posted'][number];

/** What a panel needs of the rest of the extension: every folder with an experiment is a run. */
export class FakeRunPanelHost {
  readonly runsChanged = new EventEmitter<void>();
  readonly log = new FakeChannel('MixProp');
  /** What the person chooses. */
  chosen: string[] | undefined;

  get host(): RunPanelHost {
    return {
      extensionUri: Uri.file('/extension'),
      nameRuns: (runKeys: readonly string[]) =>
        runKeys.map((runKey) => ({ runKey, runId: basename(runKey), label: basename(runKey) })),
      isRun: (folder: string) => existsSync(runPaths(folder).experiment),
      onDidChangeRuns: this.runsChanged.event,
      chooseRuns: async () => this.chosen,
      log: this.log,
    } as unknown as RunPanelHost;
  }
}

/** The page of a panel, played by the test. */
export class FakePage {
  readonly fake = new FakePanel('panel', '', 1);
  private lastId = 0;

  get panel(): WebviewPanel {
    return this.fake as unknown as WebviewPanel;
  }

  /** The page was made, by VS Code: its ids begin anew. */
  begin(version: number = panelProtocolVersion): void {
    this.lastId = 0;
    this.fake.send({ type: 'ready', version });
  }

  ask(name: string, request: object): number {
    this.fake.send({ type: 'request', id: ++this.lastId, name, request });
    return this.lastId;
  }

  ofType(type: string): Posted[] {
    return this.fake.posted.filter((message) => message.type === type);
  }

  /** What the host said of a request, in order. */
  said(id: number): Posted[] {
    return this.fake.posted.filter((message) => message.id === id);
  }
}
