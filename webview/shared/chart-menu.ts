import { element } from './dom';
import { Popover } from './popover';

/** One line of a menu. */
export type MenuEntry =
  | { kind: 'action'; label: string; disabled?: boolean; act: () => void }
  | { kind: 'check'; label: string; checked: boolean; disabled?: boolean; act: () => void }
  | { kind: 'separator' };

/** A line that is ticked or not. */
export const checkEntry = (label: string, checked: boolean, act: () => void, disabled = false): MenuEntry => {
  return { kind: 'check', label, checked, disabled, act };
};

/** The menu of a chart, behind a button with three dots. Arrow keys, Home and End move in it. */
export class ChartMenu {
  private readonly popover: Popover;

  constructor(
    title: string,
    private readonly entries: () => MenuEntry[],
  ) {
    const dots = element('span', { class: 'dots', 'aria-hidden': 'true' }, '⋯');
    this.popover = new Popover({ className: 'icon-button', content: [dots] }, 'menu', () => this.fill());
    this.popover.box.addEventListener('keydown', (event) => this.move(event));
    this.retitle(title);
  }

  get elements(): [button: HTMLElement, box: HTMLElement] {
    return [this.popover.button, this.popover.box];
  }

  retitle(title: string): void {
    const label = `${title}: chart menu`;
    // The title is the button's accessible name too: the dots are hidden from screen readers.
    this.popover.button.title = label;
    this.popover.box.setAttribute('aria-label', label);
  }

  private fill(): void {
    this.popover.box.replaceChildren(...this.entries().map((entry) => this.entryElement(entry)));
  }

  private entryElement(entry: MenuEntry): HTMLElement {
    if (entry.kind === 'separator') return element('div', { role: 'separator', class: 'separator' });
    const item = element(
      'button',
      {
        type: 'button',
        role: entry.kind === 'check' ? 'menuitemcheckbox' : 'menuitem',
        ...(entry.kind === 'check' ? { 'aria-checked': String(entry.checked) } : {}),
        ...(entry.disabled === true ? { disabled: '' } : {}),
        tabindex: '-1',
      },
      entry.label,
    );
    item.addEventListener('click', () => {
      this.popover.close();
      entry.act();
    });
    return item;
  }

  private move(event: KeyboardEvent): void {
    const items = this.popover.focusables;
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Tab') this.popover.close();
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  }
}
