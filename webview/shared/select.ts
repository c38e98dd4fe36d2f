import { element } from './dom';
import { fillSelect } from './fill-select';

/** One of several options in a drop-down list, with its label. */
export class Select<T extends string> {
  readonly element: HTMLElement;
  readonly select: HTMLSelectElement;

  /** @param attributes of the `<select>` */
  constructor(label: string, onChange: (value: T) => void, attributes: Record<string, string> = {}) {
    this.select = element('select', attributes);
    this.select.addEventListener('change', () => onChange(this.select.value as T));
    this.element = element('label', { class: 'control' }, element('span', { class: 'caption' }, label), this.select);
  }

  update(options: readonly (readonly [value: T, text: string])[], selected: T): void {
    fillSelect(this.select, options, selected);
  }
}
