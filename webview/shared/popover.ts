import { element } from './dom';

/** Space between a button and what it opens, and to the edge of the panel, in pixels. */
const gap = 4;

/** A button that opens a box above everything else. Escape and a click elsewhere close it, and the focus returns. */
export class Popover {
  readonly button: HTMLButtonElement;
  readonly box: HTMLElement;

  /**
   * @param role of the box: what assistive technology calls it
   * @param onOpen fills or updates the box before it is seen
   */
  constructor(button: { className: string; content: (Node | string)[] }, role: 'menu' | 'dialog', onOpen: () => void) {
    this.box = element('div', { class: `popover ${role}`, role, popover: 'auto' });
    this.button = element(
      'button',
      {
        type: 'button',
        class: button.className,
        'aria-haspopup': role,
        'aria-expanded': 'false',
      },
      ...button.content,
    );
    this.button.popoverTargetElement = this.box;
    this.box.addEventListener('beforetoggle', (event) => {
      if ((event as ToggleEvent).newState === 'open') onOpen();
    });
    this.box.addEventListener('toggle', (event) => {
      const open = (event as ToggleEvent).newState === 'open';
      this.button.setAttribute('aria-expanded', String(open));
      if (open) {
        this.place();
        this.focusables[0]?.focus();
      }
    });
  }

  get isOpen(): boolean {
    return this.box.matches(':popover-open');
  }

  get focusables(): HTMLElement[] {
    return [...this.box.querySelectorAll<HTMLElement>('button:not([disabled]), input, select, vscode-checkbox')];
  }

  close(): void {
    if (this.isOpen) this.box.hidePopover();
  }

  /** Below the button with their right edges in line, as far as the panel has room. */
  private place(): void {
    const anchor = this.button.getBoundingClientRect();
    const { width, height } = this.box.getBoundingClientRect();
    const left = Math.max(gap, Math.min(anchor.right - width, window.innerWidth - width - gap));
    const below = anchor.bottom + gap;
    const top = below + height <= window.innerHeight ? below : Math.max(gap, anchor.top - gap - height);
    this.box.style.left = `${left}px`;
    this.box.style.top = `${top}px`;
  }
}
