import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunName } from '../../common/panels/protocol';
import { hasEnded } from '../../common/run/events';
import { readRunSummary } from '../../common/run/read-run-summary';
import { runPaths } from '../../common/run/run-folder';
import { readRunInfo } from '../../common/run/run-info';
import { nameRuns } from '../../common/run/run-names';
import { changeRunNotes, type RunNotes } from '../../common/run/run-notes';
import { type RunSummary, RunSummaryBuilder } from '../../common/run/run-summary';
import { trainerPresence } from '../../common/run/trainer-presence';
import { allRunsFolders } from '../process/settings';
import { Disposable } from '../shared/disposable';
import { Throttle } from '../shared/throttle';
import { KnownNotes } from './known-notes';
import { type KnownRun, newestFirst } from './run-description';
import { RunMonitor } from './run-monitor';

const announceEveryMs = 250;
const lookEveryMs = 3000;

/** What is known of a run folder. */
interface Entry {
  folder: string;
  /** Absent while a run that was just found is being read. */
  summary?: RunSummary;
  /** The state of the folder that `summary` describes: it is read again when this has changed. */
  version: string;
  /** When the folder last changed, in ms since 1970. */
  folderTime: number;
  monitor?: RunMonitor;
  /** Of a trainer that this window started: settles when its process has ended. */
  exit?: Promise<unknown>;
  /** What ended the trainer, where this window knows it. */
  signal?: NodeJS.Signals;
}

/**
 * The runs of the workspace. Those with a living trainer are followed; the others are read when somebody looks, and again
 * when their folder has changed.
 */
export class RunRegistry extends Disposable {
  private readonly changed = this.register(new vscode.EventEmitter<void>());
  /** At most four times a second. */
  readonly onDidChange = this.changed.event;
  private readonly ended = this.register(new vscode.EventEmitter<KnownRun>());
  /** A run that was followed has ended; what ended its trainer is known, if it will ever be. */
  readonly onDidEnd = this.ended.event;
  private readonly lost = this.register(new vscode.EventEmitter<KnownRun>());
  /** The folder of a run that was followed is no longer there. */
  readonly onDidLose = this.lost.event;

  private readonly entries = new Map<string, Entry>();
  /** Of runs outside of the workspace that were launched from this window. */
  private readonly furtherRunsFolders = new Set<string>();
  private readonly notes = new KnownNotes();
  private readonly announcement = this.register(new Throttle(announceEveryMs, () => this.changed.fire()));
  private refreshing: Promise<void> | undefined;
  private clock: NodeJS.Timeout | undefined;

  constructor() {
    super();
    const { workspace } = vscode;
    this.register(workspace.onDidChangeWorkspaceFolders(() => this.lookElsewhere()));
    this.register(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('mixprop.runsFolder')) this.lookElsewhere();
      }),
    );
  }

  /** All runs known so far, newest first. */
  get runs(): KnownRun[] {
    const entries = [...this.entries.values()];
    const names = this.nameRuns(entries.map(({ folder }) => folder));
    return newestFirst(entries.flatMap((entry, index) => this.knownRun(entry, names[index]!.label) ?? []));
  }

  find(folder: string): KnownRun | undefined {
    return this.runs.find(({ summary }) => summary.folder === folder);
  }

  /** What runs go by, among all that are known so far. */
  nameRuns(folders: readonly string[]): RunName[] {
    const all = [...folders, ...this.entries.keys()];
    return nameRuns(all, (folder) => this.notes.of(folder).name).slice(0, folders.length);
  }

  /** Whether a folder is a run in one of the runs folders. */
  isRun(folder: string): boolean {
    return this.runsFolders().includes(dirname(folder)) && existsSync(runPaths(folder).experiment);
  }

  /** The folders of runs that are given by their folders or their ids: of one id in several runs folders, each. */
  foldersOf(runs: readonly string[]): string[] {
    const folders = runs.flatMap((run) =>
      isAbsolute(run) ? [run] : this.runsFolders().map((runsFolder) => join(runsFolder, run)),
    );
    return folders.filter((folder) => this.isRun(folder));
  }

  /** Follows the runs that have a living trainer. Looks at nothing else, so it is cheap. */
  async followLiving(): Promise<void> {
    for (const folder of await runFolders(this.runsFolders())) {
      if (trainerPresence(folder) === 'alive') this.follow(folder);
    }
  }

  /**
   * Follows a run from now on, until its trainer ends.
   * @param exit of a trainer that this window started: the signal that ends it, or null
   */
  follow(folder: string, exit?: Promise<NodeJS.Signals | null>): void {
    const entry = this.entries.get(folder) ?? { folder, version: '', folderTime: Date.now() };
    if (this.isDisposed) return;
    if (exit) this.furtherRunsFolders.add(dirname(folder));
    if (entry.monitor === undefined) {
      entry.signal = undefined;
      entry.exit = undefined;
    }
    // A look at the folder may have been earlier, and knows nothing of the process.
    entry.exit ??= exit?.then(
      (signal) => {
        entry.signal = signal ?? undefined;
        this.announcement.request();
      },
      () => undefined,
    );
    if (entry.monitor !== undefined) return;
    this.entries.set(folder, entry);
    // Something to show until its records have been read.
    entry.summary ??= new RunSummaryBuilder(readRunInfo(folder)).summary;
    entry.monitor = new RunMonitor(
      folder,
      () => this.update(entry),
      () => this.finish(entry),
      () => this.lose(folder),
    );
    this.announcement.request();
  }

  /** The run is given up: its folder is about to be removed, or was. */
  forget(folder: string): void {
    this.entries.get(folder)?.monitor?.dispose();
    this.entries.delete(folder);
    this.announcement.request();
  }

  /** Changes what a person has said of a run. @throws UsageError, RunWriteError as `changeRunNotes` does */
  changeNotes(folder: string, change: Partial<RunNotes>): void {
    changeRunNotes(folder, change);
    this.readNotes(folder);
  }

  /** Looks at one run, which may be new. */
  look(folder: string): Promise<void> {
    return this.readFolder(folder);
  }

  /** Looks for new, changed and deleted runs. Settles when all have been read. */
  refresh(): Promise<void> {
    if (this.refreshing !== undefined) return this.refreshing;
    const refreshing = this.readFolders().finally(() => {
      if (this.refreshing === refreshing) this.refreshing = undefined;
    });
    this.refreshing = refreshing;
    return refreshing;
  }

  /** Whether somebody is looking: then new runs of others (a terminal, a cluster) appear by themselves. */
  watch(isWatched: boolean): void {
    clearInterval(this.clock);
    this.clock = undefined;
    if (!isWatched || this.isDisposed) return;
    void this.refresh();
    this.clock = setInterval(() => void this.refresh(), lookEveryMs);
  }

  override dispose(): void {
    clearInterval(this.clock);
    for (const { monitor } of this.entries.values()) monitor?.dispose();
    this.entries.clear();
    super.dispose();
  }

  /** The runs folders are others now. */
  private lookElsewhere(): void {
    const places = this.runsFolders();
    this.refreshing = undefined;
    for (const folder of this.entries.keys()) if (!places.includes(dirname(folder))) this.forget(folder);
    void (this.clock ? this.refresh() : this.followLiving());
  }

  private runsFolders(): string[] {
    return [...new Set([...allRunsFolders(), ...this.furtherRunsFolders])];
  }

  private async readFolders(): Promise<void> {
    const folders = new Set(await runFolders(this.runsFolders()));
    for (const folder of this.entries.keys()) {
      if (!folders.has(folder)) this.lose(folder);
    }
    for (const folder of folders) {
      if (this.isDisposed) return;
      await this.readFolder(folder);
    }
  }

  private async readFolder(folder: string): Promise<void> {
    const entry = this.entries.get(folder);
    if (entry) this.readNotes(folder);
    if (entry?.monitor) return;
    const { version, folderTime } = await folderVersion(folder);
    if (entry?.version === version) return;
    const presence = trainerPresence(folder);
    if (presence === 'alive') {
      this.follow(folder);
      return;
    }
    const summary = await readRunSummary(folder);
    // It may have been followed or deleted meanwhile, or the runs folders may be others.
    const current = this.entries.get(folder) ?? { folder, version, folderTime };
    if (current.monitor || this.isDisposed || !this.isRun(folder)) return;
    this.entries.set(folder, Object.assign(current, { summary, version, folderTime }));
    this.announcement.request();
    // On another host a lock may have been left behind: what the records say decides.
    if (presence === 'elsewhere' && !hasEnded(summary.state)) this.follow(folder);
  }

  private readNotes(folder: string): void {
    if (this.notes.refresh(folder)) this.announcement.request();
  }

  /** The run is no longer in any of the runs folders. */
  private lose(folder: string): void {
    const run = this.find(folder);
    this.forget(folder);
    if (run?.isActive && !existsSync(folder)) this.lost.fire(run);
  }

  private update(entry: Entry): void {
    const summary = entry.monitor?.summary;
    if (!summary) return;
    entry.summary = summary;
    this.announcement.request();
  }

  private finish(entry: Entry): void {
    entry.monitor?.dispose();
    entry.monitor = undefined;
    entry.version = '';
    this.announcement.request();
    void Promise.resolve(entry.exit).then(() => this.announceEnd(entry));
  }

  private announceEnd(entry: Entry): void {
    if (this.isDisposed) return;
    const [name] = this.nameRuns([entry.folder]);
    const run = this.knownRun(entry, name!.label);
    if (run) this.ended.fire(run);
  }

  /** Undefined while it is being read. */
  private knownRun(entry: Entry, label: string): KnownRun | undefined {
    const summary = summaryOf(entry);
    if (!summary) return undefined;
    const startedAt = summary.startedAt ?? entry.folderTime;
    return { summary, label, notes: this.notes.of(entry.folder), isActive: entry.monitor !== undefined, startedAt };
  }
}

function summaryOf({ summary, signal }: Entry): RunSummary | undefined {
  if (signal === undefined || summary?.state !== 'failed') return summary;
  return {
    ...summary,
    reason: [`killed by ${signal}`, summary.reason].filter((line) => line !== undefined).join('\n'),
  };
}

/** The folders in some runs folders that are runs. */
async function runFolders(runsFolders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const runsFolder of runsFolders) {
    // A runs folder that is not there or cannot be read shows no runs; whoever launches one is told why.
    const names = await readdir(runsFolder).catch((): string[] => []);
    const folders = names.map((name) => join(runsFolder, name));
    const areRuns = await Promise.all(folders.map((folder) => changeTime(runPaths(folder).experiment)));
    found.push(...folders.filter((_, index) => areRuns[index] !== undefined));
  }
  return found;
}

/** What changes with the folder's contents or its records. A trainer that starts or ends changes the contents. */
async function folderVersion(folder: string): Promise<{ version: string; folderTime: number }> {
  const [folderTime, recordsTime] = await Promise.all([changeTime(folder), changeTime(runPaths(folder).events)]);
  return { version: `${folderTime} ${recordsTime}`, folderTime: folderTime ?? 0 };
}

/** When a file or folder was last changed, in ms since 1970; undefined when there is none. */
async function changeTime(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
