import type { RunHeader } from '../../common/panels/protocol';
import { element, setText } from './dom';
import { stateWord } from './run-labels';

/**
 * One thing that a panel shows, in words and with its numbers. Those of one list have the same attributes. Both are stable:
 * tests and screen readers rely on them.
 */
export interface Summary {
  text: string;
  attributes: Readonly<Record<`data-${string}`, string>>;
}

/** What every summary says of its run. The label is the id, with a part of the folder's path where others have the same id. */
export const runAttributes = (header: Pick<RunHeader, 'runId' | 'label' | 'state' | 'isGone'>) => ({
  'data-run-id': header.runId,
  'data-run-label': header.label,
  'data-state': stateWord(header),
});

/** A number as an attribute; "" where there is none. */
export const exact = (value: number | null | undefined): string => String(value ?? '');

/** What a panel shows as a list of words, for screen readers and tests. */
export class SummaryItems {
  readonly element: HTMLElement;
  private shown: readonly Summary[] = [];

  constructor(id: string, label: string) {
    this.element = element('ul', { id, class: 'for-screen-readers', 'aria-label': label });
  }

  /** Leaves alone what is the same object as before. */
  update(summaries: readonly Summary[]): void {
    const { children } = this.element;
    while (children.length > summaries.length) this.element.lastElementChild!.remove();
    while (children.length < summaries.length) this.element.append(element('li'));
    for (const [index, summary] of summaries.entries()) {
      if (summary === this.shown[index]) continue;
      const item = children[index]!;
      for (const [name, value] of Object.entries(summary.attributes)) item.setAttribute(name, value);
      setText(item, summary.text);
    }
    this.shown = summaries;
  }
}
