import { element } from './dom';
import { fillSelect } from './fill-select';

/** Selects the two that a difference is of. */
export class PairSelect {
  readonly element = element('span', { class: 'pair' });
  private readonly selects: readonly HTMLSelectElement[];

  /** @param between a word between the two */
  constructor(labels: readonly [first: string, second: string], between: string, onChange: (pair: string[]) => void) {
    this.selects = labels.map((label) => {
      const select = element('select', { 'aria-label': label });
      select.addEventListener('change', () => onChange(this.selects.map(({ value }) => value)));
      return select;
    });
    this.element.append(this.selects[0]!, element('span', { class: 'caption' }, between), this.selects[1]!);
  }

  /** @param pair the values of the two; empty where there are no two options */
  update(options: readonly (readonly [value: string, text: string])[], pair: readonly string[]): void {
    for (const [index, select] of this.selects.entries()) fillSelect(select, options, pair[index] ?? '');
  }
}
