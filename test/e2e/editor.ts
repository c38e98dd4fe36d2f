import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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

/** A VS Code server with the packaged extension, and a browser for its workbench. */
interface Installed {
  profile: string;
  server: EditorServer;
  browser: Browser;
}

async function startInstalled(profile: string, options: EditorOptions = {}): Promise<Installed> {
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
  return { profile, server, browser };
}

async function end({ profile, server, browser }: Installed): Promise<void> {
  await browser.close();
  server.stop();
  removeFolder(profile);
}

const removeFolder = (folder: string) =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/** The one that scenarios without wishes of their own take over from each other, with its settings at first. */
let shared: (Installed & { settings: string }) | undefined;

async function takeShared(): Promise<Installed> {
  if (shared === undefined) {
    const started = await startInstalled(required('MIXPROP_E2E_PROFILE'));
    shared = { ...started, settings: readFileSync(started.server.settingsFile, 'utf8') };
    // By which Vitest ends this process, and by which the server would outlive it.
    process.once('SIGTERM', () => process.exit());
  }
  writeFileSync(shared.server.settingsFile, shared.settings);
  return shared;
}

/** A window of VS Code with the packaged extension, on a copy of `samples/`. */
export class Editor {
  /** Violations of any content security policy, in the workbench and in webviews. */
  readonly policyViolations: string[] = [];
  private currentPage: Page | undefined;

  private constructor(
    readonly workspace: string,
    private readonly opened: string,
    private readonly installed: Installed,
    private readonly context: BrowserContext,
  ) {}

  get page(): Page {
    if (this.currentPage === undefined) throw new Error('the window is not open');
    return this.currentPage;
  }

  static async launch(options: EditorOptions = {}): Promise<Editor> {
    const { edition, settings, environment, restricted } = options;
    const workspace = join(mkdtempSync(join(tmpdir(), 'mixprop-e2e-workspace-')), 'samples');
    cpSync('samples', workspace, { recursive: true, filter: (file) => !/[\\/]runs$/.test(file) });
    options.prepare?.(workspace);
    const isPlain = [edition, settings, environment, restricted].every((wish) => wish === undefined);
    const installed = await (isPlain
      ? takeShared()
      : startInstalled(mkdtempSync(join(tmpdir(), 'mixprop-e2e-')), options));
    const context = await installed.browser.newContext({ viewport: { width: 1280, height: 800 } });
    const editor = new Editor(workspace, join(workspace, options.workspaceFile ?? ''), installed, context);
    // Events of violations do not reach the test from a webview, whose document VS Code writes anew; the console has them.
    context.on('console', (message) => {
      if (/content[- ]security[- ]policy/i.test(message.text())) editor.policyViolations.push(message.text());
    });
    return editor;
  }

  async openWindow(): Promise<void> {
    this.currentPage = await this.context.newPage();
    await this.page.goto(this.installed.server.url(this.opened), { waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench .pane-body').first().waitFor();
  }

  /** Keeps a picture of the window in test-results/e2e/. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(artefacts, { recursive: true });
    await this.page.screenshot({ path: join(artefacts, `${name}.png`), animations: 'disabled' });
  }

  /**
   * Ends everything this editor started, trainers included: they outlive their window on purpose.
   * @param isSound whether another scenario may take over what this one used
   */
  async close(isSound: boolean): Promise<void> {
    const runs = join(this.workspace, 'runs');
    for (const id of existsSync(runs) ? readdirSync(runs) : []) {
      if (!existsSync(join(runs, id, 'trainer.json'))) continue;
      const pid = trainerProcess(join(runs, id));
      if (isTrainer(pid)) process.kill(pid, 'SIGKILL');
    }
    // A window that is left, rather than lost, ends its extension host.
    await this.currentPage?.goto('about:blank');
    await this.context.close();
    if (this.installed !== shared || !isSound) {
      if (this.installed === shared) shared = undefined;
      await end(this.installed);
    }
    removeFolder(dirname(this.workspace));
  }
}
