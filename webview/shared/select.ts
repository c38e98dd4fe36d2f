import { element } from './dom';
import { fillSelect } from './fill-select';

/** A choice of one in a drop-down list, with its label. */
export class Select<T extends string> {
  readonly element: HTMLElement;
  private readonly select = element('select') as HTMLSelectElement;
  private options: readonly (readonly [value: T, text: string])[] = [];

  constructor(label: string, onChange: (value: T) => void) {
    const caption = element('span', { class: 'caption' }, label);
    this.element = element('label', { class: 'select' }, caption, this.select);
    this.select.addEventListener('change', () => {
      const chosen = this.options.find(([value]) => value === this.select.value);
      if (chosen !== undefined) onChange(chosen[0]);
    });
  }

  update(options: readonly (readonly [value: T, text: string])[], selected: T): void {
    this.options = options;
    fillSelect(this.select, options, selected);
  }
}
