import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { readRunNotes } from '../../common/run/run-notes';
import { noteScheme } from '../shared/command-ids';
import type { RunRegistry } from './run-registry';

/** The document that a run's note is edited in. */
export const noteUri = (runFolder: string): vscode.Uri =>
  vscode.Uri.file(join(runFolder, `Note of ${basename(runFolder)}.txt`)).with({ scheme: noteScheme });

const folderOf = (uri: vscode.Uri): string => dirname(uri.fsPath);

/** Runs' notes as text files, so that they are written in an editor, with as many lines as they have. */
export class NoteFiles implements vscode.FileSystemProvider {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  /** What was read or written last, and when, in ms since 1970. The time of notes.json is also that of a star. */
  private readonly seen = new Map<string, { note: string; time: number }>();

  private constructor(private readonly registry: RunRegistry) {}

  static register(registry: RunRegistry): vscode.Disposable {
    return vscode.workspace.registerFileSystemProvider(noteScheme, new NoteFiles(registry), { isCaseSensitive: true });
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const note = this.read(uri);
    const seen = this.seen.get(uri.path);
    const current = seen?.note === note ? seen : { note, time: Date.now() };
    this.seen.set(uri.path, current);
    return { type: vscode.FileType.File, ctime: 0, mtime: current.time, size: Buffer.byteLength(note) };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return Buffer.from(this.read(uri));
  }

  /** Without the line break that editors like to end a file with. */
  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    const note = Buffer.from(content).toString('utf8').trimEnd();
    try {
      this.registry.changeNotes(folderOf(uri), { note });
    } catch (error) {
      throw vscode.FileSystemError.Unavailable((error as Error).message);
    }
    this.stat(uri);
  }

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }

  readDirectory(): never {
    throw vscode.FileSystemError.NoPermissions('notes are no folder');
  }

  createDirectory = this.readDirectory;
  delete = this.readDirectory;
  rename = this.readDirectory;

  private read(uri: vscode.Uri): string {
    if (!this.registry.isRun(folderOf(uri))) throw vscode.FileSystemError.FileNotFound(uri);
    try {
      return readRunNotes(folderOf(uri)).note;
    } catch (error) {
      throw vscode.FileSystemError.Unavailable((error as Error).message);
    }
  }
}
