import type { ChartId, CurvesChoices, CurvesState } from '../../common/panels/curves/curves-contract';
import { element } from '../shared/dom';
import { Popover } from '../shared/popover';
import { Select } from '../shared/select';
import { checkbox } from '../shared/toolkit';
import { chartIds, chartName } from './data/chart-definitions';

export interface ViewOptionsListener {
  state: () => CurvesState;
  setState: (change: Partial<CurvesState>) => void;
  /** Whether there are runs that differ only in their seed. */
  hasSeeds: () => boolean;
  /** Whether any of the runs has something for a chart. */
  hasRecords: (chart: ChartId) => boolean;
}

type Flag = 'ignoreOutliers' | 'groupSeeds' | 'shadeGap' | 'markRestarts' | 'markLearningRate' | 'markCheckpoints';

const flags: readonly (readonly [name: Flag, text: string])[] = [
  ['ignoreOutliers', 'Ignore outliers on the y axes'],
  ['groupSeeds', 'Seeds as mean ± deviation'],
  ['shadeGap', 'Shade the gap between main and aux'],
  ['markRestarts', 'Mark restarts'],
  ['markLearningRate', 'Mark learning-rate steps'],
  ['markCheckpoints', 'Mark checkpoints'],
];

const orders: readonly (readonly [value: CurvesChoices['tooltipOrder'], text: string])[] = [
  ['nearest', 'Nearest first'],
  ['highest', 'Highest first'],
  ['lowest', 'Lowest first'],
];

/** Choices that are made rarely, behind a button. */
export class ViewOptions {
  private readonly popover: Popover;
  private readonly boxes: { update: () => void }[] = [];
  private readonly charts: (readonly [id: ChartId, box: HTMLElement])[];
  private readonly order: Select<CurvesChoices['tooltipOrder']>;

  constructor(private readonly listener: ViewOptionsListener) {
    const name = 'View options';
    this.popover = new Popover({ className: 'menu-button', content: [name] }, 'dialog', () => this.update());
    this.popover.box.setAttribute('aria-label', name);
    this.order = new Select('Tooltip', (tooltipOrder) => listener.setState({ tooltipOrder }));
    const lines = flags.map(([name, text]) =>
      this.box(
        text,
        () => listener.state()[name],
        (checked) => listener.setState({ [name]: checked }),
        name === 'groupSeeds' ? () => !listener.hasSeeds() && !listener.state().groupSeeds : undefined,
      ),
    );
    this.charts = chartIds.map((id) => {
      const box = this.box(
        chartName(id),
        () => listener.state().charts[id]?.hidden !== true,
        (checked) => {
          const { charts: before } = listener.state();
          listener.setState({ charts: { ...before, [id]: { ...before[id], hidden: !checked } } });
        },
      );
      return [id, box] as const;
    });
    this.popover.box.append(
      group('Lines', [...lines, this.order.element]),
      group(
        'Charts',
        this.charts.map(([, box]) => box),
      ),
      element(
        'p',
        { class: 'hint' },
        'On a chart: drag to zoom, Shift-drag to move, Ctrl-wheel for x, Alt-wheel for y, double click to reset. With the keyboard: + − arrows 0, with Alt for y, Shift-arrows for the values.',
      ),
    );
  }

  get elements(): [button: HTMLElement, box: HTMLElement] {
    return [this.popover.button, this.popover.box];
  }

  private update(): void {
    for (const { update } of this.boxes) update();
    for (const [id, box] of this.charts) box.hidden = !this.listener.hasRecords(id);
    this.order.update(orders, this.listener.state().tooltipOrder);
  }

  private box(
    text: string,
    read: () => boolean,
    write: (checked: boolean) => void,
    isDisabled: () => boolean = () => false,
  ): HTMLElement {
    const control = checkbox(text, write);
    this.boxes.push({
      update: () => {
        control.setChecked(read());
        control.element.toggleAttribute('disabled', isDisabled());
      },
    });
    return control.element;
  }
}

function group(title: string, children: HTMLElement[]): HTMLElement {
  return element(
    'div',
    { class: 'option-group', role: 'group', 'aria-label': title },
    element('h3', {}, title),
    ...children,
  );
}
