import type { RunHeader } from '../protocol';
import { element, setText } from './dom';
import { goneText } from './notice';
import { button } from './toolkit';

/** Says which runs' folders are no longer there, and offers to show others or to take them out of the panel. */
export class GoneNotice {
  readonly element = element('div', { class: 'gone-notice', role: 'status' });
  private readonly text = element('p');
  private gone: readonly RunHeader[] = [];

  constructor(post: (message: { type: 'chooseRuns' } | { type: 'removeRuns'; runKeys: string[] }) => void) {
    const actions = element('span', { class: 'gone-actions' });
    actions.append(
      button('Choose Runs…', () => post({ type: 'chooseRuns' })),
      button('Remove', () => post({ type: 'removeRuns', runKeys: this.gone.map(({ runKey }) => runKey) })),
    );
    this.element.append(this.text, actions);
    this.element.hidden = true;
  }

  update(runs: readonly { header: RunHeader }[]): void {
    this.gone = runs.map(({ header }) => header).filter(({ isGone }) => isGone);
    this.element.hidden = this.gone.length === 0;
    setText(this.text, goneText(this.gone.map(({ label }) => label)));
  }
}
