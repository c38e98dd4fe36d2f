import { element } from './dom';

/** What is wrong: runs that cannot be read, and mistakes of the panel itself. */
export class ProblemList {
  readonly element = element('div', { class: 'problems', role: 'alert' });

  /** @param failure of the panel itself */
  update(unreadable: readonly [label: string, message: string][], failure: string | undefined): void {
    const texts = unreadable.map(([label, message]) => `Run ${label} cannot be read: ${message}`);
    if (failure !== undefined) texts.unshift(`The panel has a problem: ${failure}`);
    const current = [...this.element.children].map((child) => child.textContent);
    // What is announced is not announced again.
    if (texts.join('\n') === current.join('\n')) return;
    this.element.replaceChildren(...texts.map((text) => element('p', {}, text)));
  }
}
