import type { CamClass, CamInput, CamOrder, CamState } from '../../common/panels/cam/cam-contract';
import { type ColourMapName, colourMapNames } from '../../common/panels/cam/picture/colour-maps';
import { element } from '../shared/dom';
import { EpochControl } from '../shared/epoch-control';
import { fillSelect } from '../shared/fill-select';
import { Select } from '../shared/select';
import { button, type Checkbox, checkbox, radioGroup } from '../shared/toolkit';
import { colourMapOf, orders, pictureSizes } from './panel-state';

interface ToolbarHandlers {
  onChange(change: Partial<CamState>): void;
  onExport(format: 'svg' | 'png'): void;
  /** Running trainers are to be asked for their maps of this moment. */
  onLook(): void;
  /** They are to be asked again and again, or no longer. */
  onLive(isLive: boolean): void;
  /** undefined in a report. */
  onChooseRuns: (() => void) | undefined;
  onChooseImages: (() => void) | undefined;
}

const orderLabels: Record<CamOrder, string> = {
  chosen: 'As chosen',
  confidence: 'Least confident first',
  disagreement: 'Main and aux disagree first',
  focus: 'Narrowest focus first',
};
const predictedClass = 'predicted';
const trueClass = 'true';
/** Begins the value of a class by its name, which may be anything. */
const namePrefix = 'class ';

/** What the panel shows, and how. */
export class Toolbar {
  readonly elements: readonly HTMLElement[];
  private readonly epoch: EpochControl;
  private readonly shown: Select<string>;
  private readonly corruption: HTMLSelectElement;
  private readonly severity: HTMLSelectElement;
  private readonly input: HTMLElement;
  private readonly size: HTMLInputElement;
  private readonly fits: Checkbox;
  private readonly difference: HTMLElement;
  private readonly now: HTMLElement;
  private readonly live: Checkbox;
  private readonly images: HTMLElement | undefined;

  constructor(state: CamState, { onChange, onExport, onLook, onLive, onChooseRuns, onChooseImages }: ToolbarHandlers) {
    this.epoch = new EpochControl('cam-epoch', (epoch, isLast) =>
      onChange({ epoch: isLast ? null : epoch, now: null }),
    );
    this.live = checkbox('Live', onLive);
    this.now = element('div', { class: 'control' }, button('Look Now', onLook), this.live.element);
    this.shown = new Select('Map of', (value) => onChange({ shown: classOf(value) }), { id: 'cam-class' });
    const colours = new Select<ColourMapName>('Colours', (colourMap) => onChange({ colourMap }), { id: 'cam-colours' });
    colours.update(
      colourMapNames.map((name) => [name, name]),
      colourMapOf(state),
    );
    const order = new Select<CamOrder>('Order', (order) => onChange({ order }), { id: 'cam-order' });
    order.update(
      orders.map((order) => [order, orderLabels[order]]),
      state.order,
    );
    this.corruption = element('select', { id: 'cam-corruption' });
    this.severity = element('select', { id: 'cam-severity', 'aria-label': 'Severity of the corruption' });
    fillSelect(
      this.severity,
      ['1', '2', '3', '4', '5'].map((level) => [level, level]),
      String(state.input?.severity ?? 3),
    );
    for (const select of [this.corruption, this.severity]) {
      // A running trainer looks at the images as they are.
      select.addEventListener('change', () => onChange({ input: this.chosenInput, now: null }));
    }
    const opacity = range('cam-opacity', [0, 100], 5, state.opacity * 100, (percent) =>
      onChange({ opacity: percent / 100 }),
    );
    const { min, max } = pictureSizes;
    this.size = range('cam-size', [min, max], 16, state.size ?? min, (size) => onChange({ size }));
    this.fits = checkbox('Fit to panel', (fits) => onChange({ size: fits ? null : Number(this.size.value) }));
    const difference = checkbox('Main − aux', (checked) => onChange({ difference: checked }));
    difference.setChecked(state.difference);
    this.difference = difference.element;
    this.input = control('Input', this.corruption, this.severity);
    const buttons = element('div', { class: 'buttons' });
    buttons.append(
      button('Save SVG…', () => onExport('svg')),
      button('Save PNG…', () => onExport('png')),
    );
    if (onChooseImages) {
      this.images = button('Choose Images…', onChooseImages);
      buttons.append(this.images);
    }
    if (onChooseRuns) buttons.append(button('Choose Runs…', onChooseRuns));
    this.elements = [
      this.epoch.element,
      this.now,
      this.shown.element,
      this.input,
      order.element,
      colours.element,
      control('Opacity', opacity),
      radioGroup('Scale', { image: 'Per image', common: 'Common' }, state.scale, (scale) => onChange({ scale })),
      control('Size', this.size, this.fits.element),
      this.difference,
      buttons,
    ];
  }

  update(
    state: CamState,
    offers: {
      epochs: readonly number[];
      classes: readonly string[];
      /** What a class is called where people read. */
      readable: (name: string) => string;
      corruptions: readonly string[];
      hasAux: boolean;
      /** Whether a trainer can be asked for the state of this moment. */
      canLook: boolean;
      /** Whether there is a run to compute their maps for. */
      canChooseImages: boolean;
      /** Of a picture, in CSS pixels. */
      size: number;
    },
  ): void {
    this.epoch.update(offers.epochs, offers.canLook && state.now !== null ? 'now' : state.epoch);
    this.now.hidden = !offers.canLook;
    if (this.images) this.images.hidden = !offers.canChooseImages;
    this.live.setChecked(state.now === 'live');
    const names = [...offers.classes];
    // A class that none of the current runs has stays selected.
    if (typeof state.shown === 'object' && !names.includes(state.shown.name)) names.push(state.shown.name);
    this.shown.update(
      [
        [predictedClass, 'predicted class'],
        [trueClass, 'true class'],
        ...names.map((name) => [`${namePrefix}${name}`, offers.readable(name)] as const),
      ],
      optionOf(state.shown),
    );
    this.input.hidden = offers.corruptions.length === 0;
    fillSelect(
      this.corruption,
      [['', 'as it is'], ...offers.corruptions.map((name) => [name, name.replaceAll('_', ' ')] as const)],
      state.input?.corruption ?? '',
    );
    this.severity.hidden = state.input === null;
    this.difference.hidden = !offers.hasAux;
    this.fits.setChecked(state.size === null);
    this.size.value = String(offers.size);
  }

  private get chosenInput(): CamInput | null {
    const corruption = this.corruption.value;
    return corruption === '' ? null : { corruption, severity: Number(this.severity.value) };
  }
}

const optionOf = (shown: CamClass): string => (typeof shown === 'object' ? `${namePrefix}${shown.name}` : shown);

function classOf(value: string): CamClass {
  if (value === predictedClass || value === trueClass) return value;
  return { name: value.slice(namePrefix.length) };
}

function range(
  id: string,
  [min, max]: readonly [number, number],
  step: number,
  value: number,
  onInput: (value: number) => void,
): HTMLInputElement {
  const numbers = { min: String(min), max: String(max), step: String(step), value: String(value) };
  const input = element('input', { type: 'range', id, ...numbers });
  input.addEventListener('input', () => onInput(Number(input.value)));
  return input;
}

/** Inputs behind a label, which is that of the first. */
function control(text: string, ...inputs: HTMLElement[]): HTMLElement {
  return element(
    'div',
    { class: 'control' },
    element('label', { for: inputs[0]!.id, class: 'caption' }, text),
    ...inputs,
  );
}
