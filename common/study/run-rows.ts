import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainMessage } from '../errors/system-error';
import type { RunState } from '../run/events';
import { runPaths } from '../run/run-folder';
import { nameRuns } from '../run/run-names';
import { noNotes, type RunNotes, readRunNotes } from '../run/run-notes';
import { hasEndedUnexpectedly, type TrainerPresence, trainerPresence, unexpectedEnd } from '../run/trainer-presence';
import { type KeptRecord, readKeptRecords, writeKeptRecords } from './kept-records';
import type { RunRecord } from './run-record';
import { RunRecordReader, recordFingerprint } from './run-record-reader';
import type { RunRow } from './run-row';

interface Known {
  record: RunRecord;
  /** Of the files that the record was made of; undefined where they may change without a trace, or did. */
  fingerprint: string | undefined;
  /** Whether no trainer works on the run, so that its record is worth keeping. */
  isStill: boolean;
  /** Goes on where the records ended, while a trainer works on the run. */
  reader?: RunRecordReader;
}

export interface RowReading {
  signal?: AbortSignal;
  /** Told of runs whose files are read, not of those that have not changed. */
  onProgress?: (done: number, total: number) => void;
}

/** For so long others wait for their turn. */
const turnMs = 15;

/**
 * The rows of runs, read again only where their files have changed since the last time: by this object, or by any process that left
 * its records beside the runs.
 */
export class RunRows {
  private readonly known = new Map<string, Known>();
  /** Runs folders whose kept records have been read. */
  private readonly opened = new Set<string>();

  /**
   * The rows of all runs in a folder, in no particular order.
   * @throws the system's error where the folder cannot be read
   */
  async readAll(runsFolder: string, reading?: RowReading): Promise<RunRow[]> {
    const folders = runFoldersIn(runsFolder);
    const there = new Set(folders);
    this.open(resolve(runsFolder));
    let isChanged = false;
    for (const folder of this.known.keys()) {
      if (dirname(folder) !== resolve(runsFolder) || there.has(folder)) continue;
      this.known.delete(folder);
      isChanged = true;
    }
    const rows = await this.read(folders, reading);
    if (isChanged) this.keep(resolve(runsFolder));
    return rows;
  }

  /**
   * The rows of some runs, in the order given. What is wrong with a run is told by its row.
   * @param folders of runs
   * @throws the reason of the signal's abort, and nothing else
   */
  async read(folders: readonly string[], { signal, onProgress }: RowReading = {}): Promise<RunRow[]> {
    const places = folders.map((folder) => resolve(folder));
    const runsFolders = [...new Set(places.map((folder) => dirname(folder)))];
    for (const runsFolder of runsFolders) this.open(runsFolder);
    const labels = nameRuns(places);
    const changed = new Set<string>();
    const rows: RunRow[] = [];
    let turn = performance.now();
    for (const [index, folder] of places.entries()) {
      const { record, isRead } = await this.readRun(folder, signal);
      if (isRead) onProgress?.(index + 1, places.length);
      if (isRead && this.known.get(folder)?.isStill) changed.add(dirname(folder));
      const { notes, problem } = notesOf(folder);
      rows.push({
        ...record,
        ...(problem !== undefined && { furtherProblems: [...record.furtherProblems, problem] }),
        folder,
        id: basename(folder),
        label: labels[index]!.label,
        notes,
      });
      if (performance.now() - turn < turnMs) continue;
      await nextTurn();
      signal?.throwIfAborted();
      turn = performance.now();
    }
    for (const runsFolder of changed) this.keep(runsFolder);
    return rows;
  }

  private async readRun(
    folder: string,
    signal: AbortSignal | undefined,
  ): Promise<{ record: RunRecord; isRead: boolean }> {
    const before = this.known.get(folder);
    // Looked up before the records are read, so that the last words of a trainer that is gone are seen.
    const presence = before && hasEnded(before.record.state) ? undefined : trainerPresence(folder);
    const fingerprint = recordFingerprint(folder);
    if (before?.fingerprint !== undefined && before.fingerprint === fingerprint)
      return { record: withPresence(folder, before.record, presence), isRead: false };
    const presenceNow = presence ?? trainerPresence(folder);
    const reader = before?.reader ?? new RunRecordReader(folder);
    const record = await reader.read(signal);
    const isStill = hasEnded(record.state) || presenceNow === 'gone';
    this.known.set(folder, { record, fingerprint, isStill, ...(!isStill && { reader }) });
    return { record: withPresence(folder, record, presenceNow), isRead: true };
  }

  private open(runsFolder: string): void {
    if (this.opened.has(runsFolder)) return;
    this.opened.add(runsFolder);
    for (const [id, kept] of readKeptRecords(runsFolder)) {
      this.known.set(join(runsFolder, id), { ...kept, isStill: true });
    }
  }

  private keep(runsFolder: string): void {
    const kept = new Map<string, KeptRecord>();
    for (const [folder, { record, fingerprint, isStill }] of this.known) {
      if (dirname(folder) === runsFolder && isStill && fingerprint !== undefined)
        kept.set(basename(folder), { fingerprint, record });
    }
    writeKeptRecords(runsFolder, kept);
  }
}

/** The folders in a runs folder that are runs. @throws the system's error where it cannot be read */
export function runFoldersIn(runsFolder: string): string[] {
  const folders = readdirSync(runsFolder).map((name) => resolve(runsFolder, name));
  return folders.filter((folder) => existsSync(runPaths(folder).experiment));
}

const hasEnded = (state: RunState): boolean => state === 'stopped' || state === 'failed' || state === 'finished';

/** A run that was left running by a trainer that is gone has failed. @param presence undefined: its records say how it ended */
function withPresence(folder: string, record: RunRecord, presence: TrainerPresence | undefined): RunRecord {
  if (presence === undefined || !hasEndedUnexpectedly(folder, record.state, presence)) return record;
  const { secondsLeft: _, ...rest } = record;
  return { ...rest, state: 'failed', reason: unexpectedEnd(folder) };
}

function notesOf(folder: string): { notes: RunNotes; problem?: string } {
  try {
    return { notes: readRunNotes(folder) };
  } catch (error) {
    return { notes: noNotes, problem: plainMessage(error) };
  }
}
