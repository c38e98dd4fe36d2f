import { EventEmitter as NodeEmitter } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach } from 'vitest';

/**
 * Stands in for the module `vscode` in unit tests (vitest.config.mts): as much of it as the extension uses, with an editor
 * whose person does as `editor` says, and which remembers what was done to it.
 */

export class EventEmitter<T> {
  private readonly emitter = new NodeEmitter();
  readonly event = (listener: (value: T) => void) => {
    this.emitter.on('fire', listener);
    return { dispose: () => this.emitter.off('fire', listener) };
  };
  fire(value: T): void {
    this.emitter.emit('fire', value);
  }
  dispose(): void {
    this.emitter.removeAllListeners();
  }
}

type Item = { label: string; picked?: boolean };
interface FakeInputBox {
  title?: string;
  prompt?: string;
  value?: string;
  validateInput?(text: string): string | undefined;
}
type Told = { kind: 'information' | 'warning' | 'error'; message: string; buttons: string[] };

/** The editor of a test: as it is at first before each one. */
export class Editor {
  /** The folders of the workspace. */
  folders: string[] = [];
  isTrusted = true;
  /** `mixprop.*` settings that are not at their defaults. */
  settings: Record<string, unknown> = {};
  /** The button that the person clicks in a message that has it. */
  answer: string | undefined;
  /** Labels of the items that the person picks, one for each quick pick, in turn; several where many may be picked. */
  picks: (string | string[])[] = [];
  /** What the person enters, in turn: one for each input box, and another where that is refused. */
  inputs: string[] = [];
  /** Why inputs were refused. */
  refused: string[] = [];
  /** What each input box said and held at first. */
  asked: { title?: string; prompt?: string; value?: string }[] = [];
  /** Whether the system has a trash, and what was moved there. */
  hasTrash = true;
  trashed: string[] = [];
  /** What the person chooses in each dialogue, in turn. */
  files: string[] = [];
  /** Whether the person cancels what shows its progress. */
  cancels = false;
  told: Told[] = [];
  /** The labels of each quick pick that was shown. */
  offered: string[][] = [];
  /** The labels of those of its items that were ticked at first. */
  ticked: string[][] = [];
  // biome-ignore lint/suspicious/noExplicitAny: a test plays the editor
  hoverProvider: any;
  executed: unknown[][] = [];
  clipboard = '';
  progress: string[] = [];
  panels: FakePanel[] = [];
  tabGroups: { viewColumn: number; tabs: { label: string; input: unknown }[] }[] = [];
  channels: FakeChannel[] = [];
  statusBar: FakeStatusBarItem[] = [];
  readonly commands = new Map<string, (...args: unknown[]) => unknown>();
  readonly serializers = new Map<string, { deserializeWebviewPanel(panel: unknown, state: unknown): Promise<void> }>();
  readonly views = new Map<string, FakeTree>();
  // biome-ignore lint/suspicious/noExplicitAny: a test plays the editor
  readonly fileSystems = new Map<string, any>();
  /** Problems of files, by their paths. */
  readonly problems = new Map<string, { message: string; severity: number }[]>();
  documents: FakeDocument[] = [];
  /** The paths of the files that were opened in an editor. */
  shown: string[] = [];
  readonly documentChanged = new EventEmitter<{ document: FakeDocument }>();
  readonly foldersChanged = new EventEmitter<void>();
  readonly settingsChanged = new EventEmitter<{ affectsConfiguration(name: string): boolean }>();

  /** The messages so far. */
  get messages(): string[] {
    return this.told.map(({ message }) => message);
  }

  changeFolders(...folders: string[]): void {
    this.folders = folders;
    this.foldersChanged.fire();
  }

  changeSetting(name: string, value: unknown): void {
    this.settings[name] = value;
    this.settingsChanged.fire({ affectsConfiguration: (asked) => asked === `mixprop.${name}` });
  }
}

export let editor = new Editor();

/** Gives each test of the file that calls this an editor of its own. */
export function newEditors(): void {
  beforeEach(() => {
    editor = new Editor();
  });
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  static file = (path: string) => new Uri('file', path);
  static parse = (text: string) => new Uri(text.split(':')[0]!, text.slice(text.indexOf(':') + 1));
  static from = ({ scheme, path }: { scheme: string; path: string }) => new Uri(scheme, path);
  static joinPath = ({ scheme, path }: Uri, ...parts: string[]) => new Uri(scheme, join(path, ...parts));
  get fsPath(): string {
    return this.path;
  }
  with = ({ scheme }: { scheme: string }) => new Uri(scheme, this.path);
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

export class FileSystemError extends Error {
  static Unavailable = (message: string) => new FileSystemError(message);
  static NoPermissions = (message: string) => new FileSystemError(message);
  static FileNotFound = (uri: Uri) => new FileSystemError(`there is no ${uri}`);
}

export const FileType = { File: 1, Directory: 2 };

export class ThemeIcon {
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class TreeItem {
  constructor(readonly label: unknown) {}
}

export class Range {
  readonly places: number[];
  /** @param places start and end, as lines and characters or, of a FakeDocument, as offsets */
  constructor(...places: number[]) {
    this.places = places;
  }
}

export class WorkspaceEdit {
  readonly changes: { uri: Uri; start: number; end: number; text: string }[] = [];
  replace(uri: Uri, { places: [start = 0, end = 0] }: Range, text: string): void {
    this.changes.push({ uri, start, end, text });
  }
}

export class CancellationTokenSource {
  private readonly cancelled = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.cancelled.event };
  cancel(): void {
    this.cancelled.fire();
  }
  dispose(): void {}
}

export class Hover {
  constructor(
    readonly contents: MarkdownString,
    readonly range: Range,
  ) {}
}

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: Range,
  ) {}
}

export class Diagnostic {
  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity: number,
  ) {}
}

export class DiagnosticRelatedInformation {
  constructor(
    readonly location: Location,
    readonly message: string,
  ) {}
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };

/** A document as the editor has it, which may differ from its file. */
export class FakeDocument {
  readonly uri: Uri;
  isDirty = false;
  isClosed = false;
  constructor(
    file: string,
    public text: string,
  ) {
    this.uri = Uri.file(file);
    editor.documents.push(this);
  }
  getText(): string {
    return this.text;
  }
  positionAt(offset: number): number {
    return offset;
  }
  offsetAt(position: number): number {
    return position;
  }
  async save(): Promise<boolean> {
    writeFileSync(this.uri.fsPath, this.text);
    this.isDirty = false;
    return true;
  }
  /** The person types. */
  change(text: string): void {
    this.text = text;
    this.isDirty = true;
    editor.documentChanged.fire({ document: this });
  }
}

/** A tree view with its contents. */
export class FakeTree {
  private readonly visibility = new EventEmitter<{ visible: boolean }>();
  readonly onDidChangeVisibility = this.visibility.event;
  visible = false;
  constructor(
    // biome-ignore lint/suspicious/noExplicitAny: items are of any type
    readonly provider: any,
  ) {}
  setVisible(visible: boolean): void {
    this.visible = visible;
    this.visibility.fire({ visible });
  }
  dispose(): void {}
}

export class TabInputWebview {
  constructor(readonly viewType: string) {}
}

export class MarkdownString {
  value = '';
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendText(text: string): this {
    this.value += text;
    return this;
  }
}

export const ViewColumn = { Active: -1, Beside: -2, One: 1, Two: 2 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 };
export const QuickPickItemKind = { Separator: -1, Default: 0 };

/** A webview panel whose page the test plays. */
export class FakePanel {
  /** What the host has posted to the page. */
  readonly posted: { type: string; [field: string]: unknown }[] = [];
  private readonly received = new EventEmitter<unknown>();
  private readonly viewStateChanged = new EventEmitter<void>();
  private readonly disposed = new EventEmitter<void>();
  readonly webview = {
    html: '',
    options: {},
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: this.received.event,
    postMessage: async (message: { type: string }) => {
      // As in the editor, the page gets a copy.
      if (this.visible) this.posted.push(structuredClone(message));
      return this.visible;
    },
  };
  readonly onDidDispose = this.disposed.event;
  readonly onDidChangeViewState = this.viewStateChanged.event;
  iconPath: unknown;
  visible = true;
  active = true;
  reveals = 0;

  constructor(
    readonly viewType: string,
    public title: string,
    public viewColumn: number,
  ) {
    editor.panels.push(this);
  }

  /** The page sends a message. */
  send(message: unknown): void {
    this.received.fire(message);
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    this.active = visible;
    this.viewStateChanged.fire();
  }

  reveal(): void {
    this.reveals++;
  }

  dispose(): void {
    this.disposed.fire();
  }
}

/** An output channel. */
export class FakeChannel {
  text = '';
  shows = 0;
  constructor(readonly name: string) {
    editor.channels.push(this);
  }
  appendLine(line: string): void {
    this.text += `${line}\n`;
  }
  replace(text: string): void {
    this.text = text;
  }
  clear(): void {
    this.text = '';
  }
  show(): void {
    this.shows++;
  }
  info = (line: string) => this.appendLine(`[info] ${line}`);
  warn = (line: string) => this.appendLine(`[warning] ${line}`);
  error = (line: string) => this.appendLine(`[error] ${line}`);
  dispose(): void {}
}

export class FakeStatusBarItem {
  text = '';
  isShown = false;
  tooltip: MarkdownString | undefined;
  command: { command: string; arguments: unknown[] } | undefined;
  constructor() {
    editor.statusBar.push(this);
  }
  show(): void {
    this.isShown = true;
  }
  hide(): void {
    this.isShown = false;
  }
  dispose(): void {}
}

/** A message; where `vscode` was given options first, the buttons come behind them. */
const tell =
  (kind: Told['kind']) =>
  async (message: string, ...rest: (string | object)[]) => {
    const buttons = rest.filter((button) => typeof button === 'string');
    editor.told.push({ kind, message, buttons });
    return buttons.find((button) => button === editor.answer);
  };

export const window = {
  get activeTextEditor() {
    const [document] = editor.documents;
    return document && { document };
  },
  visibleTextEditors: [],
  tabGroups: {
    get all() {
      return editor.tabGroups;
    },
    activeTabGroup: { viewColumn: 1 },
  },
  showInformationMessage: tell('information'),
  showWarningMessage: tell('warning'),
  showErrorMessage: tell('error'),
  async showQuickPick(items: Item[] | Promise<Item[]>, options: { canPickMany?: boolean } = {}) {
    const all = await items;
    editor.offered.push(all.map(({ label }) => label));
    editor.ticked.push(all.filter(({ picked }) => picked).map(({ label }) => label));
    const pick = editor.picks.shift();
    const picked = all.filter(({ label }) => [pick].flat().includes(label));
    if (pick !== undefined && picked.length < [pick].flat().length) {
      throw new Error(`no item ${pick} among ${all.map(({ label }) => label).join(', ')}`);
    }
    return pick === undefined ? undefined : options.canPickMany ? picked : picked[0];
  },
  async showInputBox({ validateInput, ...asked }: FakeInputBox = {}) {
    editor.asked.push(asked);
    for (let input = editor.inputs.shift(); input !== undefined; input = editor.inputs.shift()) {
      const problem = validateInput?.(input);
      if (!problem) return input;
      editor.refused.push(problem);
    }
    return undefined;
  },
  showOpenDialog: async () => editor.files.splice(0, 1).map(Uri.file),
  showSaveDialog: async () => editor.files.splice(0, 1).map(Uri.file)[0],
  async withProgress<T>(
    _: object,
    work: (progress: { report(step: { message?: string }): void }, token: object) => Promise<T>,
  ): Promise<T> {
    const cancelled = new EventEmitter<void>();
    if (editor.cancels) setTimeout(() => cancelled.fire());
    return work(
      { report: ({ message }) => message !== undefined && editor.progress.push(message) },
      { isCancellationRequested: false, onCancellationRequested: cancelled.event },
    );
  },
  createOutputChannel: (name: string) => new FakeChannel(name),
  createStatusBarItem: () => new FakeStatusBarItem(),
  createWebviewPanel: (viewType: string, title: string, { viewColumn }: { viewColumn: number }) =>
    new FakePanel(viewType, title, viewColumn),
  registerWebviewPanelSerializer: (
    viewType: string,
    serializer: { deserializeWebviewPanel(panel: unknown, state: unknown): Promise<void> },
  ) => {
    editor.serializers.set(viewType, serializer);
    return { dispose: () => editor.serializers.delete(viewType) };
  },
  createTreeView: (id: string, { treeDataProvider }: { treeDataProvider: unknown }) => {
    const view = new FakeTree(treeDataProvider);
    editor.views.set(id, view);
    return view;
  },
  registerTreeDataProvider: (id: string, provider: unknown) =>
    window.createTreeView(id, { treeDataProvider: provider }),
  showTextDocument: async (document: FakeDocument | Uri) => {
    editor.shown.push(document instanceof Uri ? document.fsPath : document.uri.fsPath);
  },
};

const nothing = { dispose: () => undefined };

export const languages = {
  createDiagnosticCollection: () => ({
    set: ({ fsPath }: Uri, problems: Diagnostic[]) => editor.problems.set(fsPath, problems),
    delete: ({ fsPath }: Uri) => editor.problems.delete(fsPath),
    ...nothing,
  }),
  registerHoverProvider: (_: object, provider: unknown) => {
    editor.hoverProvider = provider;
    return nothing;
  },
};

export const env = {
  clipboard: {
    async writeText(text: string) {
      editor.clipboard = text;
    },
  },
};

export const workspace = {
  fs: {
    writeFile: async ({ fsPath }: Uri, contents: Uint8Array) => writeFileSync(fsPath, contents),
    async delete({ fsPath }: Uri, { useTrash }: { useTrash?: boolean }) {
      if (useTrash && !editor.hasTrash) throw new Error('this machine has no trash');
      editor.trashed.push(basename(fsPath));
      rmSync(fsPath, { recursive: true });
    },
  },
  get isTrusted() {
    return editor.isTrusted;
  },
  get workspaceFolders() {
    return editor.folders.map((folder, index) => ({ uri: Uri.file(folder), name: folder, index }));
  },
  get textDocuments() {
    return editor.documents;
  },
  onDidOpenTextDocument: new EventEmitter<FakeDocument>().event,
  onDidChangeTextDocument: (listener: (change: { document: FakeDocument }) => void) =>
    editor.documentChanged.event(listener),
  onDidCloseTextDocument: new EventEmitter<FakeDocument>().event,
  onDidGrantWorkspaceTrust: new EventEmitter<void>().event,
  openTextDocument: async (uri: Uri) => editor.documents.find((document) => document.uri.fsPath === uri.fsPath),
  registerTextDocumentContentProvider: () => nothing,
  registerFileSystemProvider: (scheme: string, provider: unknown) => {
    editor.fileSystems.set(scheme, provider);
    return nothing;
  },
  applyEdit: async ({ changes }: WorkspaceEdit) => {
    for (const { uri, start, end, text } of changes.sort((a, b) => b.start - a.start)) {
      const document = editor.documents.find((one) => one.uri.fsPath === uri.fsPath)!;
      document.change(document.text.slice(0, start) + text + document.text.slice(end));
    }
    return true;
  },
  createFileSystemWatcher: () => ({ onDidCreate: () => nothing, onDidDelete: () => nothing, ...nothing }),
  findFiles: async () =>
    editor.folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.mixprop.json'))
        .map((name) => Uri.file(join(folder, name))),
    ),
  getConfiguration: () => ({
    get: (name: string, value: unknown) => editor.settings[name] ?? value,
  }),
  getWorkspaceFolder: ({ fsPath }: Uri) =>
    workspace.workspaceFolders.find(({ uri }) => `${fsPath}/`.startsWith(`${uri.fsPath}/`)),
  asRelativePath: (path: Uri | string) => String(path),
  onDidChangeWorkspaceFolders: (listener: () => void) => editor.foldersChanged.event(listener),
  onDidChangeConfiguration: (listener: (change: { affectsConfiguration(name: string): boolean }) => void) =>
    editor.settingsChanged.event(listener),
};

export const commands = {
  registerCommand(id: string, handler: (...args: unknown[]) => unknown) {
    editor.commands.set(id, handler);
    return { dispose: () => editor.commands.delete(id) };
  },
  async executeCommand(id: string, ...args: unknown[]) {
    editor.executed.push([id, ...args]);
    return editor.commands.get(id)?.(...args);
  },
};
