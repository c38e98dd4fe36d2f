import { statSync } from 'node:fs';
import { runPaths } from '../../common/run/run-folder';
import { noNotes, readRunNotes } from '../../common/run/run-notes';
import type { ReadNotes } from './run-description';

/** The notes of runs, each read when first asked for and when its file has changed. Those of a folder that is gone are kept. */
export class KnownNotes {
  private readonly known = new Map<string, { notes: ReadNotes; version: string }>();

  of(folder: string): ReadNotes {
    return (this.known.get(folder) ?? this.read(folder, versionOf(folder))).notes;
  }

  /** Reads them again if their file has changed, and says whether it has. */
  refresh(folder: string): boolean {
    const version = versionOf(folder);
    if (this.known.get(folder)?.version === version) return false;
    this.read(folder, version);
    return true;
  }

  private read(folder: string, version: string): { notes: ReadNotes; version: string } {
    const read = { notes: readNotes(folder), version };
    this.known.set(folder, read);
    return read;
  }
}

function readNotes(folder: string): ReadNotes {
  try {
    return readRunNotes(folder);
  } catch (error) {
    return { ...noNotes, problem: (error as Error).message };
  }
}

/** Whoever writes the file replaces it by another. */
function versionOf(folder: string): string {
  try {
    const { mtimeMs, ino, size } = statSync(runPaths(folder).notes);
    return `${mtimeMs} ${ino} ${size}`;
  } catch {
    return '';
  }
}
