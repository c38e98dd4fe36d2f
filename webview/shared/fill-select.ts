import { element } from './dom';

/** Gives a `<select>` its options and its value. Where they are the same already, one that is open stays open. */
export function fillSelect(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
  selected: string,
): void {
  const { options: present } = select;
  const isSame =
    present.length === options.length &&
    options.every(([value, text], index) => present[index]!.value === value && present[index]!.textContent === text);
  if (!isSame) select.replaceChildren(...options.map(([value, text]) => element('option', { value }, text)));
  if (select.value !== selected) select.value = selected;
}
