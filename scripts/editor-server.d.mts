/** VS Code's server, installed. */
export interface EditorInstallation {
  /** The Node that runs it. */
  node: string;
  main: string;
}

/** A running server. Its process group ends with `stop` or with this process. */
export interface EditorServer {
  pid: number;
  settingsFile: string;
  logFile: string;
  /** Where a browser finds the workbench on a folder, with an extension under development if a path is given. */
  url(workspace: string, developmentPath?: string): string;
  stop(): void;
}

/** The oldest and the newest VS Code that is tested. */
export type EditorEdition = 'oldest' | 'newest';

/** Installs VS Code's server below `cache` unless it is there; the oldest by default. Linux and macOS only. */
export function installEditorServer(cache: string, edition?: EditorEdition): EditorInstallation;

export function startEditorServer(options: {
  installation: EditorInstallation;
  /** Folder for settings, extensions, logs and state. */
  profile: string;
  settings?: Record<string, unknown>;
  /** `.vsix` files to install first. */
  extensions?: string[];
  /** Variables over those of this process. */
  environment?: Record<string, string>;
  /** Whether folders need the user's trust; off: every folder has it. */
  workspaceTrust?: boolean;
}): Promise<EditorServer>;
