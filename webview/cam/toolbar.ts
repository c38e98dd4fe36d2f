import type { CamClass, CamInput, CamOrder, CamState } from '../../common/panels/cam/cam-contract';
import { type ColourMapName, colourMapNames } from '../../common/panels/cam/picture/colour-maps';
import { element } from '../shared/dom';
import { fillSelect } from '../shared/fill-select';
import { button, type Checkbox, checkbox, choice } from '../shared/toolkit';
import { EpochControl } from './epoch-control';
import { orders, sizes } from './panel-state';

export interface ToolbarHandlers {
  onChange(change: Partial<CamState>): void;
  onExport(format: 'svg' | 'png'): void;
  /** The state of this moment is to be shown. */
  onLook(): void;
  /** It is to be shown again and again, or no more. */
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
/** Names of classes may be anything: they are told from the others by this. */
const named = 'class ';

/** What the panel shows, and how. */
export class Toolbar {
  readonly element = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'What the panel shows' });
  private readonly epoch: EpochControl;
  private readonly shown: HTMLSelectElement;
  private readonly colours: HTMLSelectElement;
  private readonly order: HTMLSelectElement;
  private readonly corruption: HTMLSelectElement;
  private readonly severity: HTMLSelectElement;
  private readonly input: HTMLElement;
  private readonly opacity: HTMLInputElement;
  private readonly size: HTMLInputElement;
  private readonly fits: Checkbox;
  private readonly difference: HTMLElement;
  private readonly now: HTMLElement;
  private readonly live: Checkbox;
  private readonly images: HTMLElement | undefined;

  constructor(state: CamState, { onChange, onExport, onLook, onLive, onChooseRuns, onChooseImages }: ToolbarHandlers) {
    this.epoch = new EpochControl((epoch) => onChange({ epoch, now: null }));
    this.live = checkbox(document.createTextNode('Live'), onLive);
    this.now = element('div', { class: 'control' }, button('Look Now', onLook), this.live.element);
    this.shown = select('cam-class', () => onChange({ shown: classOf(this.shown.value) }));
    this.colours = select('cam-colours', () => onChange({ colourMap: this.colours.value as ColourMapName }));
    fillSelect(
      this.colours,
      colourMapNames.map((name) => [name, name]),
      state.colourMap,
    );
    this.order = select('cam-order', () => onChange({ order: this.order.value as CamOrder }));
    fillSelect(
      this.order,
      orders.map((order) => [order, orderLabels[order]]),
      state.order,
    );
    // A running trainer looks at the images as they are.
    const onInput = () => onChange({ input: this.chosenInput, now: null });
    this.corruption = select('cam-corruption', onInput);
    this.severity = select('cam-severity', onInput);
    fillSelect(
      this.severity,
      ['1', '2', '3', '4', '5'].map((level) => [level, level]),
      String(state.input?.severity ?? 3),
    );
    this.severity.setAttribute('aria-label', 'Severity of the corruption');
    this.opacity = range('cam-opacity', { min: '0', max: '100', step: '5', value: String(state.opacity * 100) }, () =>
      onChange({ opacity: Number(this.opacity.value) / 100 }),
    );
    this.size = range(
      'cam-size',
      { min: String(sizes.least), max: String(sizes.most), step: '16', value: String(state.size ?? sizes.least) },
      () => onChange({ size: Number(this.size.value) }),
    );
    this.fits = checkbox(document.createTextNode('Fit to panel'), (fits) =>
      onChange({ size: fits ? null : Number(this.size.value) }),
    );
    const difference = checkbox(document.createTextNode('Main − aux'), (checked) => onChange({ difference: checked }));
    difference.setChecked(state.difference);
    this.difference = difference.element;
    this.input = element(
      'div',
      { class: 'control' },
      caption('cam-corruption', 'Input'),
      this.corruption,
      this.severity,
    );
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
    this.element.append(
      this.epoch.element,
      this.now,
      control('cam-class', 'Map of', this.shown),
      this.input,
      control('cam-order', 'Order', this.order),
      control('cam-colours', 'Colours', this.colours),
      control('cam-opacity', 'Opacity', this.opacity),
      choice(
        'Scale',
        [
          ['image', 'Per image'],
          ['common', 'Common'],
        ],
        state.scale,
        (scale) => onChange({ scale }),
      ),
      control('cam-size', 'Size', this.size, this.fits.element),
      this.difference,
      buttons,
    );
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
    this.epoch.update(offers.epochs, state.epoch, offers.canLook && state.now !== null);
    this.now.hidden = !offers.canLook;
    if (this.images) this.images.hidden = !offers.canChooseImages;
    this.live.setChecked(state.now === 'live');
    const names = [...offers.classes];
    // A class that the runs at hand do not have stays chosen.
    if (typeof state.shown === 'object' && !names.includes(state.shown.name)) names.push(state.shown.name);
    fillSelect(
      this.shown,
      [
        [predictedClass, 'predicted class'],
        [trueClass, 'true class'],
        ...names.map((name) => [`${named}${name}`, offers.readable(name)] as const),
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

const optionOf = (shown: CamClass): string => (typeof shown === 'object' ? `${named}${shown.name}` : shown);

function classOf(value: string): CamClass {
  if (value === predictedClass || value === trueClass) return value;
  return { name: value.slice(named.length) };
}

function select(id: string, onChange: () => void): HTMLSelectElement {
  const control = element('select', { id }) as HTMLSelectElement;
  control.addEventListener('change', onChange);
  return control;
}

function range(id: string, attributes: Record<string, string>, onInput: () => void): HTMLInputElement {
  const control = element('input', { type: 'range', id, ...attributes }) as HTMLInputElement;
  control.addEventListener('input', onInput);
  return control;
}

const caption = (id: string, text: string) => element('label', { for: id, class: 'caption' }, text);
const control = (id: string, text: string, ...inputs: HTMLElement[]) =>
  element('div', { class: 'control' }, caption(id, text), ...inputs);
