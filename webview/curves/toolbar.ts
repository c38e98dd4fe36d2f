import type { XAxis } from '../../common/panels/curves/curves-contract';
import { element } from '../shared/dom';
import { Select } from '../shared/select';
import { button, radioGroup } from '../shared/toolkit';
import { axisTexts, xAxes } from './axes/x-axis';
import { maxSmoothing } from './panel-state';
import { ViewOptions, type ViewOptionsListener } from './view-options';

export interface ToolbarListener extends ViewOptionsListener {
  onReset: () => void;
  /** Undefined in a report. */
  onChooseRuns: (() => void) | undefined;
}

/** What is changed often; the rest is behind "View options". */
export class Toolbar {
  readonly elements: readonly HTMLElement[];
  private readonly xAxis: Select<XAxis>;
  private readonly reset: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly exact: HTMLInputElement;
  private readonly loss: HTMLElement;

  constructor(private readonly listener: ToolbarListener) {
    const { smoothing, loss } = listener.state();
    this.slider = smoothingInput('range', smoothing, { id: 'smoothing', step: '0.01' });
    this.exact = smoothingInput('number', smoothing, {
      class: 'value',
      step: '0.001',
      'aria-label': 'Smoothing, exact',
    });
    for (const input of [this.slider, this.exact]) input.addEventListener('input', () => this.smooth(input));
    const label = element('label', { for: 'smoothing', class: 'caption' }, 'Smoothing');
    const losses = { branches: 'Main and aux', total: 'Total' };
    this.loss = radioGroup('Loss', losses, loss, (loss) => listener.setState({ loss }));
    // The unit of a zoomed range is that of the axis: another axis is seen whole.
    this.xAxis = new Select('X axis', (value) =>
      listener.setState({ xAxis: value, zoom: { y: listener.state().zoom.y } }),
    );
    this.reset = button('Reset zoom', listener.onReset);
    this.reset.classList.add('reset-all');
    const end = element('div', { class: 'toolbar-end' }, this.reset, ...new ViewOptions(listener).elements);
    if (listener.onChooseRuns !== undefined) end.append(button('Choose Runs…', listener.onChooseRuns));
    const smoothingControl = element('div', { class: 'smoothing' }, label, this.slider, this.exact);
    this.elements = [this.loss, smoothingControl, this.xAxis.element, end];
  }

  update(): void {
    const { smoothing, xAxis, zoom, loss } = this.listener.state();
    this.xAxis.update(
      xAxes.map((axis) => [axis, axisTexts[axis].label]),
      xAxis,
    );
    this.reset.hidden = zoom.x === undefined && Object.keys(zoom.y).length === 0;
    if (Number(this.slider.value) !== smoothing) this.slider.value = String(smoothing);
    if (document.activeElement !== this.exact && Number(this.exact.value) !== smoothing) {
      this.exact.value = String(smoothing);
    }
    if (this.loss.getAttribute('value') !== loss) this.loss.setAttribute('value', loss);
  }

  private smooth(input: HTMLInputElement): void {
    const smoothing = Number(input.value);
    if (input.value === '' || !(smoothing >= 0 && smoothing <= maxSmoothing)) return;
    this.listener.setState({ smoothing });
    const other = input === this.slider ? this.exact : this.slider;
    other.value = String(smoothing);
  }
}

function smoothingInput(type: 'range' | 'number', value: number, attributes: Record<string, string>): HTMLInputElement {
  return element('input', {
    type,
    min: '0',
    max: String(maxSmoothing),
    value: String(value),
    ...attributes,
  });
}
