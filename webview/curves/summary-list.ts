import { element, setText } from '../shared/dom';
import type { PanelRun } from './panel-runs';
import { summarizeRun } from './text-summary';
import type { ViewSummary } from './view-summary';

/** The panel in words, for screen readers and tests: how it looks at the runs, and each run. */
export class SummaryList {
  private readonly view = element('p', { id: 'view-summary', class: 'for-screen-readers' });
  private readonly list = element('ul', { id: 'summary', class: 'for-screen-readers', 'aria-label': 'Summary' });
  private readonly items = new Map<string, HTMLElement>();
  /** The run and its revision that an item shows. */
  private readonly shown = new WeakMap<HTMLElement, { run: PanelRun; revision: number }>();

  get elements(): HTMLElement[] {
    return [this.view, this.list];
  }

  updateView({ text, attributes }: ViewSummary): void {
    for (const [name, value] of Object.entries(attributes)) this.view.setAttribute(name, value);
    setText(this.view, text);
  }

  updateRuns(runs: readonly PanelRun[]): void {
    const present = new Set(runs.map(({ header }) => header.runId));
    for (const [runId, item] of this.items) {
      if (present.has(runId)) continue;
      item.remove();
      this.items.delete(runId);
    }
    for (const run of runs) {
      const { runId } = run.header;
      let item = this.items.get(runId);
      if (item === undefined) {
        item = element('li');
        this.items.set(runId, item);
        this.list.append(item);
      }
      const shown = this.shown.get(item);
      if (shown?.run === run && shown.revision === run.revision) continue;
      this.shown.set(item, { run, revision: run.revision });
      const { text, attributes } = summarizeRun(run);
      for (const [name, value] of Object.entries(attributes)) item.setAttribute(name, value);
      setText(item, text);
    }
  }
}
