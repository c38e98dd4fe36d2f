import type { RunHeader } from '../../common/panels/protocol';
import { element, setText } from './dom';
import { goneText } from './notice';
import { button } from './toolkit';

/** Says which runs' folders are no longer there, and offers to show others or to take them out of the panel. */
export class GoneNotice {
  readonly element = element('div', { class: 'gone-notice', role: 'status' });
  private readonly text = element('p');
  private readonly actions = element('span', { class: 'gone-actions' });
  private gone: readonly RunHeader[] = [];

  constructor(post: (message: { type: 'chooseRuns' } | { type: 'removeRuns'; runKeys: string[] }) => void) {
    this.actions.append(
      button('Choose Runs…', () => post({ type: 'chooseRuns' })),
      button('Remove', () => post({ type: 'removeRuns', runKeys: this.gone.map(({ runKey }) => runKey) })),
    );
    this.element.hidden = true;
  }

  update(runs: readonly { header: RunHeader }[]): void {
    this.gone = runs.map(({ header }) => header).filter(({ isGone }) => isGone);
    const isHidden = this.gone.length === 0;
    if (isHidden !== this.element.hidden) this.element.replaceChildren(...(isHidden ? [] : [this.text, this.actions]));
    this.element.hidden = isHidden;
    setText(this.text, goneText(this.gone.map(({ label }) => label)));
  }
}
