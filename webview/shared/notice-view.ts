import { element, setText } from './dom';
import type { Notice } from './notice';
import { button } from './toolkit';

/** A notice in place of a panel's contents. */
export class NoticeView {
  readonly element = element('div', { class: 'notice' });
  private readonly title = element('h2');
  private readonly advice = element('p');
  private readonly button: HTMLElement;

  /** @param onAct what the button does that a notice may offer */
  constructor(onAct: () => void, label = 'Choose Runs…') {
    this.button = button(label, onAct, 'primary');
    this.element.append(this.title, this.advice, this.button);
  }

  /** Shows the notice, or hides when there is none. */
  update(notice: Notice | undefined): void {
    this.element.hidden = notice === undefined;
    setText(this.title, notice?.title ?? '');
    setText(this.advice, notice?.advice ?? '');
    this.button.hidden = notice?.offersRuns !== true;
  }
}
