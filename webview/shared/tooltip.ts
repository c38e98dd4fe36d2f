import { element, setText } from './dom';

/** A few words beside what the pointer or the keyboard is on. */
export class Tooltip {
  readonly element = element('div', { class: 'pointed', role: 'presentation', hidden: '' });

  /** @param anchor in the window; without one, or without words, nothing is shown */
  readonly show = (text: string | undefined, anchor?: DOMRect): void => {
    this.element.hidden = text === undefined || anchor === undefined;
    if (text === undefined || anchor === undefined) return;
    setText(this.element, text);
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth, offsetHeight } = this.element;
    const below = anchor.bottom + 8;
    const top = below + offsetHeight > clientHeight ? anchor.top - offsetHeight - 8 : below;
    this.element.style.left = `${Math.max(4, Math.min(anchor.left, clientWidth - offsetWidth - 4))}px`;
    this.element.style.top = `${Math.max(4, top)}px`;
  };
}
