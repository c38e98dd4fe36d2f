import { element } from '../../shared/dom';
import type { Plot } from '../../shared/plot/axes';
import type { CheckpointMark } from '../lines/run-markers';

/** Invisible buttons on the checkpoints of a plot: the pointer, the keyboard and screen readers find them there. */
export class CheckpointButtons {
  private marks: readonly CheckpointMark[] = [];
  private drawn = '';

  /** @param box holds the buttons; the Tab key stops at one of them, arrow keys go on from there */
  constructor(
    private readonly box: HTMLElement,
    private readonly onOpen: (runKey: string, epoch: number) => void,
  ) {
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', 'Checkpoints');
    box.addEventListener('keydown', (event) => this.move(event));
    box.addEventListener('click', (event) => {
      const index = this.buttons.indexOf(event.target as HTMLElement);
      const mark = this.marks[index];
      if (mark !== undefined) this.onOpen(mark.runKey, mark.epoch);
    });
  }

  private get buttons(): HTMLElement[] {
    return [...this.box.querySelectorAll<HTMLElement>('button')];
  }

  place(marks: readonly CheckpointMark[], plot: Plot, labelOf: (runKey: string) => string): void {
    const { left, right, top, bottom } = plot.area;
    const inside = marks.filter((mark) => {
      const [x, y] = [plot.x(mark.x), plot.y(mark.y)];
      return x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1;
    });
    this.marks = inside;
    this.box.hidden = inside.length === 0;
    const key = JSON.stringify(inside.map(({ runKey, epoch, best }) => [labelOf(runKey), epoch, best]));
    if (key !== this.drawn) {
      this.drawn = key;
      this.box.replaceChildren(
        ...inside.map(({ runKey, epoch, best }, index) => {
          const label = `${labelOf(runKey)}, epoch ${epoch}${best ? ', best checkpoint' : ', checkpoint'}`;
          const tabindex = index === 0 ? '0' : '-1';
          // The title is the button's name too: a label of the same words would be heard twice.
          return element('button', { type: 'button', class: 'mark', title: label, tabindex });
        }),
      );
    }
    this.buttons.forEach((button, index) => {
      const mark = inside[index]!;
      button.style.left = `${plot.x(mark.x)}px`;
      button.style.top = `${plot.y(mark.y)}px`;
    });
  }

  private move(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const { buttons } = this;
    const at = buttons.indexOf(event.target as HTMLElement);
    if (by === undefined || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons[(at + by + buttons.length) % buttons.length]!;
    buttons[at]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
