import { element, setText } from '../../shared/dom';
import { type Summary, SummaryItems } from '../../shared/summary-items';
import type { PanelRun } from '../data/panel-runs';
import { summarizeRun } from './text-summary';

/** The panel in words, for screen readers and tests: how it looks at the runs, and each run. */
export class SummaryList {
  private readonly view = element('p', { id: 'view-summary', class: 'for-screen-readers' });
  private readonly list = new SummaryItems('summary', 'Summary');
  private readonly known = new WeakMap<PanelRun, { revision: number; summary: Summary }>();

  get elements(): HTMLElement[] {
    return [this.view, this.list.element];
  }

  updateView({ text, attributes }: Summary): void {
    for (const [name, value] of Object.entries(attributes)) this.view.setAttribute(name, value);
    setText(this.view, text);
  }

  updateRuns(runs: readonly PanelRun[]): void {
    this.list.update(runs.map((run) => this.summaryOf(run)));
  }

  private summaryOf(run: PanelRun): Summary {
    const known = this.known.get(run);
    if (known?.revision === run.revision) return known.summary;
    const summary = summarizeRun(run);
    this.known.set(run, { revision: run.revision, summary });
    return summary;
  }
}
