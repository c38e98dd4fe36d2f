import { element, setText } from '../shared/dom';
import { button } from '../shared/toolkit';

/** A list of at least this many runs is searched rather than read. */
const minRuns = 12;

export interface RunFilterListener {
  onFilter: (filter: string) => void;
  /** The lines of all listed runs are to be shown, or hidden. */
  onShow: (shown: boolean) => void;
}

/** Narrows a long list of runs to those that hold some words, and shows or hides the lines of all that are listed. */
export class RunFilter {
  readonly element: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly count = element('span', { class: 'caption', role: 'status' });
  private readonly none = element('p', { class: 'caption' }, 'No run has these words in its name, method or network.');

  constructor(listener: RunFilterListener) {
    this.field = element('input', {
      type: 'search',
      placeholder: 'Filter runs',
      'aria-label': 'Filter runs by words of their name, method or network',
    });
    this.field.addEventListener('input', () => listener.onFilter(this.field.value));
    this.element = element(
      'div',
      { class: 'run-filter', role: 'group', 'aria-label': 'Listed runs' },
      this.field,
      element(
        'div',
        { class: 'run-filter-all' },
        button('Tick All', () => listener.onShow(true)),
        button('Untick All', () => listener.onShow(false)),
        this.count,
      ),
      this.none,
    );
  }

  /** @param total how many runs the panel has */
  update(filter: string, listed: number, total: number): void {
    // An active filter can always be seen and cleared.
    this.element.hidden = total < minRuns && filter === '';
    if (this.field.value !== filter) this.field.value = filter;
    setText(this.count, listed === total ? `${total} runs` : `${listed} of ${total} runs`);
    this.none.hidden = listed > 0;
  }
}
