import type { RunHeader, RunNamesMessage, UnreadableRun } from '../../common/panels/protocol';

/** The runs of a panel by their keys, as the messages of the host have them. */
export class KnownRuns<Run extends { header: RunHeader }> {
  /** False until the first complete contents arrived. */
  hydrated = false;
  private readonly byKey = new Map<string, Run>();
  private readonly unreadableByKey = new Map<string, UnreadableRun>();
  private readonly news = new Set<string>();

  get runs(): Run[] {
    return [...this.byKey.values()];
  }

  /** Runs that could not be read, with the reason. */
  get unreadable(): [label: string, message: string][] {
    return [...this.unreadableByKey.values()].map(({ label, message }) => [label, message]);
  }

  /** What a run is called, as in the panel's tab and the Runs view. */
  readonly labelOf = (runKey: string): string => this.byKey.get(runKey)?.header.label ?? runKey;

  find(runKey: string): Run | undefined {
    return this.byKey.get(runKey);
  }

  /** @throws Error for one that the panel does not show */
  get({ runKey, label }: Pick<RunHeader, 'runKey' | 'label'>): Run {
    const run = this.byKey.get(runKey);
    if (run === undefined) throw new Error(`received more of run ${label}, which the panel does not show`);
    return run;
  }

  /** A run as it is now. */
  set(run: Run): void {
    this.byKey.set(run.header.runKey, run);
    this.news.add(run.header.runKey);
  }

  /** The complete contents. */
  hydrate(runs: readonly Run[]): void {
    this.byKey.clear();
    this.unreadableByKey.clear();
    this.news.clear();
    for (const run of runs) this.set(run);
    this.hydrated = true;
  }

  note(run: UnreadableRun): void {
    this.unreadableByKey.set(run.runKey, run);
  }

  /** It can be read again. */
  noteReadable({ runKey }: RunHeader): void {
    this.unreadableByKey.delete(runKey);
  }

  /** Gives the runs that go by another name now. */
  rename({ runs }: RunNamesMessage): Run[] {
    return runs.flatMap((name) => {
      const run = this.byKey.get(name.runKey);
      if (run === undefined) return [];
      const { isGone: _, ...header } = run.header;
      run.header = { ...header, ...name };
      this.news.add(name.runKey);
      return [run];
    });
  }

  /** The runs that have changed since they were taken last. */
  takeNews(): Run[] {
    const changed = this.runs.filter(({ header }) => this.news.has(header.runKey));
    this.news.clear();
    return changed;
  }
}
