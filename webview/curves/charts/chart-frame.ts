import type { ChartId, CurvesState } from '../../../common/panels/curves/curves-contract';
import { ChartMenu, type MenuEntry } from '../../shared/chart-menu';
import { element, setText } from '../../shared/dom';
import { ValueTooltip } from '../../shared/value-tooltip';
import { chartHeights } from '../data/chart-definitions';
import { isWide } from '../data/chart-order';

export interface ChartFrameListener {
  menu: () => MenuEntry[];
  /** In CSS pixels. */
  onHeight: (height: number) => void;
  onReset: () => void;
}

const heightStep = 24;
const shortcuts = '+ - ArrowLeft ArrowRight ArrowUp ArrowDown 0';

/** What is around a chart: heading, notes, menu, the plot's element and the handle that changes its height. */
export class ChartFrame {
  readonly section: HTMLElement;
  readonly canvas = element('canvas', { role: 'img' });
  /** Above the canvas: what follows the pointer. */
  readonly overlay = element('canvas', { class: 'overlay', 'aria-hidden': 'true' });
  readonly plot: HTMLElement;
  /** Buttons at places of the plot. */
  readonly marks = element('div', { class: 'marks' });
  /** Controls of the chart's own. */
  readonly controls = element('div', { class: 'controls' });
  readonly tooltip = new ValueTooltip();
  private readonly heading: HTMLElement;
  private readonly note = element('p', { class: 'note', role: 'note', hidden: '' });
  private readonly empty = element('p', { class: 'empty' });
  private readonly pin = element('span', { class: 'pin', role: 'img', 'aria-label': 'pinned', hidden: '' }, '📌');
  private readonly reset: HTMLElement;
  private readonly menu: ChartMenu;
  private readonly handle: HTMLElement;

  constructor(
    readonly id: ChartId,
    private readonly listener: ChartFrameListener,
  ) {
    const headingId = `chart-${id}`;
    this.heading = element('h2', { id: headingId });
    this.menu = new ChartMenu(id, listener.menu);
    this.reset = element('button', { type: 'button', class: 'text-button reset', hidden: '' }, 'Reset zoom');
    this.reset.addEventListener('click', () => listener.onReset());
    this.plot = element(
      'div',
      {
        class: 'plot',
        tabindex: '0',
        role: 'group',
        'aria-roledescription': 'chart',
        'aria-labelledby': headingId,
        'aria-keyshortcuts': shortcuts,
      },
      this.canvas,
      this.overlay,
      this.empty,
      this.marks,
      this.tooltip.element,
    );
    this.handle = this.resizeHandle();
    this.section = element(
      'section',
      { class: `chart ${id}`, 'data-chart': id, 'aria-labelledby': headingId },
      element(
        'div',
        { class: 'chart-head' },
        element('div', { class: 'chart-about' }, this.pin, this.heading, this.controls, branchKey(), this.reset),
        ...this.menu.elements,
      ),
      this.note,
      this.plot,
      this.handle,
    );
  }

  update(shown: {
    title: string;
    label: string;
    note: string | undefined;
    empty: string | undefined;
    paired: boolean;
    zoomed: boolean;
    state: CurvesState;
  }): void {
    const { pinned, height } = shown.state.charts[this.id] ?? {};
    setText(this.heading, shown.title);
    this.menu.retitle(shown.title);
    this.canvas.setAttribute('aria-label', shown.label);
    this.note.hidden = shown.note === undefined;
    setText(this.note, shown.note ?? '');
    this.empty.hidden = shown.empty === undefined;
    setText(this.empty, shown.empty ?? '');
    this.section.classList.toggle('vacant', shown.empty !== undefined);
    this.section.classList.toggle('paired', shown.paired);
    this.section.classList.toggle('wide', isWide(shown.state, this.id));
    this.pin.hidden = pinned !== true;
    this.reset.hidden = !shown.zoomed;
    const cssHeight = height === undefined ? '' : `${height}px`;
    if (this.plot.style.height !== cssHeight) this.plot.style.height = cssHeight;
    this.handle.setAttribute('aria-label', `Height of ${shown.title}`);
    this.handle.setAttribute('aria-valuenow', String(this.plot.offsetHeight));
  }

  changeHeight(by: number): void {
    const height = this.plot.offsetHeight + by;
    this.listener.onHeight(Math.round(Math.min(Math.max(height, chartHeights.min), chartHeights.max)));
  }

  private resizeHandle(): HTMLElement {
    const handle = element('div', {
      class: 'resize-handle',
      role: 'separator',
      'aria-orientation': 'horizontal',
      'aria-valuemin': String(chartHeights.min),
      'aria-valuemax': String(chartHeights.max),
      tabindex: '0',
    });
    let lastY: number | undefined;
    handle.addEventListener('pointerdown', (event) => {
      lastY = event.clientY;
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener('pointermove', (event) => {
      if (lastY === undefined) return;
      this.changeHeight(event.clientY - lastY);
      lastY = event.clientY;
    });
    handle.addEventListener('pointerup', () => {
      lastY = undefined;
    });
    handle.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      this.changeHeight(event.key === 'ArrowUp' ? -heightStep : heightStep);
    });
    return handle;
  }
}

/** Says what solid and dashed mean. */
function branchKey(): HTMLElement {
  const item = (name: string) => element('span', { class: `key ${name}` }, name);
  return element('span', { class: 'branch-key' }, item('main'), item('aux'));
}
