import { element, setText } from './dom';

/** One thing that a panel shows, in words and with its numbers. Those of one list have the same attributes. */
export interface Summary {
  text: string;
  attributes: Readonly<Record<string, string>>;
}

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
