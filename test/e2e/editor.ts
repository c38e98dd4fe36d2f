import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import {
  type EditorEdition,
  type EditorServer,
  installEditorServer,
  startEditorServer,
} from '../../scripts/editor-server.mjs';
import { isTrainer, trainerProcess } from './processes';

const artefacts = resolve('test-results/e2e');

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests with npm run e2e`);
  return value;
}

export interface EditorOptions {
  /** Which VS Code; the oldest by default. */
  edition?: EditorEdition;
  settings?: Record<string, unknown>;
  environment?: Record<string, string>;
  /** Let the folder need trust, and do not give it. */
  restricted?: boolean;
  /** Adds to the folder before the window opens. */
  prepare?: (workspace: string) => void;
  /** A file within the folder that names the folders of a workspace: it is opened instead. */
  workspaceFile?: string;
}

/** A VS Code server with the packaged extension, a browser on its workbench, and a copy of `samples/` as its folder. */
export class Editor {
  /** Violations of any content security policy, in the workbench and in webviews. */
  readonly policyViolations: string[] = [];
  private currentPage: Page | undefined;

  private constructor(
    private readonly profile: string,
    readonly workspace: string,
    private readonly opened: string,
    readonly server: EditorServer,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
  ) {}

  get page(): Page {
    if (this.currentPage === undefined) throw new Error('the window is not open');
    return this.currentPage;
  }

  static async launch(options: EditorOptions = {}): Promise<Editor> {
    const profile = mkdtempSync(join(tmpdir(), 'mixprop-e2e-'));
    const workspace = join(profile, 'samples');
    cpSync('samples', workspace, { recursive: true, filter: (file) => !/[\\/]runs$/.test(file) });
    options.prepare?.(workspace);
    const server = await startEditorServer({
      installation: installEditorServer(required('MIXPROP_E2E_CACHE'), options.edition),
      profile,
      extensions: [required('MIXPROP_E2E_VSIX')],
      settings: { 'editor.accessibilitySupport': 'off', ...options.settings },
      environment: options.environment,
      workspaceTrust: options.restricted === true,
    });
    const browser = await chromium.launch({
      executablePath: required('MIXPROP_E2E_CHROMIUM'),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const editor = new Editor(
      profile,
      workspace,
      join(workspace, options.workspaceFile ?? ''),
      server,
      browser,
      context,
    );
    // Events of violations do not reach the test from a webview, whose document VS Code writes anew; the console has them.
    context.on('console', (message) => {
      if (/content[- ]security[- ]policy/i.test(message.text())) editor.policyViolations.push(message.text());
    });
    return editor;
  }

  async openWindow(): Promise<void> {
    this.currentPage = await this.context.newPage();
    await this.page.goto(this.server.url(this.opened), { waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench .pane-body').first().waitFor();
  }

  /** Keeps a picture of the window in test-results/e2e/. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(artefacts, { recursive: true });
    await this.page.screenshot({ path: join(artefacts, `${name}.png`), animations: 'disabled' });
  }

  /** Ends everything this editor started, trainers included: they outlive their window on purpose. */
  async close(): Promise<void> {
    const runs = join(this.workspace, 'runs');
    for (const id of existsSync(runs) ? readdirSync(runs) : []) {
      if (!existsSync(join(runs, id, 'trainer.json'))) continue;
      const pid = trainerProcess(join(runs, id));
      if (isTrainer(pid)) process.kill(pid, 'SIGKILL');
    }
    await this.browser.close();
    this.server.stop();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
