import { element } from './dom';

export interface ValueTooltipContents {
  title: string;
  headings: readonly string[];
  rows: readonly { swatch: Element; label: string; cells: readonly string[] }[];
  /** Under the rows: what did not fit. */
  more?: string | undefined;
}

/** Distance from the pointer in pixels. */
const distance = 14;

/** The box with the values at the cross-hair. For eyes only: a screen reader hears the announcement. */
export class ValueTooltip {
  readonly element = element('div', { class: 'tooltip', 'aria-hidden': 'true', hidden: '' });

  show({ title, headings, rows, more }: ValueTooltipContents, at: { x: number; y: number }, within: DOMRect): void {
    const heading = (text: string) => element('th', {}, text);
    const table = element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('th'), element('th'), ...headings.map(heading))),
      element(
        'tbody',
        {},
        ...rows.map(({ swatch, label, cells }) =>
          element(
            'tr',
            {},
            element('td', { class: 'swatch' }, swatch),
            element('td', { class: 'label' }, label),
            ...cells.map((cell) => element('td', {}, cell)),
          ),
        ),
      ),
    );
    this.element.replaceChildren(element('p', { class: 'title' }, title), table);
    if (more !== undefined) this.element.append(element('p', { class: 'more' }, more));
    this.element.hidden = false;
    this.place(at, within);
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Beside the cross-hair where there is room, inside the panel in any case. */
  private place({ x, y }: { x: number; y: number }, within: DOMRect): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const room = document.documentElement.clientWidth;
    const right = within.left + x + distance;
    const left = right + width <= room - 4 ? right : Math.max(4, within.left + x - distance - width);
    const top = Math.min(Math.max(4, within.top + y - height / 2), Math.max(4, window.innerHeight - height - 4));
    this.element.style.left = `${left - within.left}px`;
    this.element.style.top = `${top - within.top}px`;
  }
}
