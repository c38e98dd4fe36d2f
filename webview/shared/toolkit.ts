import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeRadio,
  vsCodeRadioGroup,
} from '@vscode/webview-ui-toolkit';
import { element } from './dom';

/**
 * The controls of the panels. The only file that knows `@vscode/webview-ui-toolkit`, which is archived. The toolkit puts a
 * `<style>` element into the page and takes its nonce from `<meta property="csp-nonce">`. Its progress ring and badge need
 * style attributes, which the content security policy forbids.
 */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeRadio(), vsCodeRadioGroup());
}

/** @param appearance primary: the one thing to do */
export function button(
  label: string,
  onClick: () => void,
  appearance: 'primary' | 'secondary' = 'secondary',
): HTMLElement {
  const control = element('vscode-button', { appearance }, label);
  control.addEventListener('click', onClick);
  return control;
}

/** A check box; its label is its content. */
export interface Checkbox {
  readonly element: HTMLElement;
  setChecked(checked: boolean): void;
  setAccessibleName(name: string): void;
}

export function checkbox(label: Node | string, onChange: (checked: boolean) => void): Checkbox {
  const control = element('vscode-checkbox', {}, label) as HTMLElement & { checked: boolean };
  // The toolkit fires `change` for changes from code too; only a person's are reported.
  let known = false;
  control.addEventListener('change', () => {
    if (control.checked === known) return;
    known = control.checked;
    onChange(known);
  });
  return {
    element: control,
    setChecked(checked) {
      known = checked;
      control.checked = checked;
    },
    setAccessibleName(name) {
      control.setAttribute('aria-label', name);
    },
  };
}

/** One of several options in a row of radio buttons. @param options the text of each value */
export function radioGroup<T extends string>(
  label: string,
  options: Readonly<Record<T, string>>,
  selected: T,
  onChange: (value: T) => void,
): HTMLElement {
  const radios = Object.entries<string>(options).map(([value, text]) => element('vscode-radio', { value }, text));
  const caption = element('span', { slot: 'label', class: 'caption' }, label);
  const attributes = { 'aria-label': label, orientation: 'horizontal', value: selected };
  const group = element('vscode-radio-group', attributes, caption, ...radios) as HTMLElement & { value: string };
  let known: string = selected;
  group.addEventListener('change', () => {
    const { value } = group;
    if (value === known || !(value in options)) return;
    known = value;
    onChange(value as T);
  });
  return group;
}
