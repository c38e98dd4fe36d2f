import type { ChannelPlace, LayerChannels } from '../../common/panels/divergence/divergence-contract';
import type { Measured } from '../../common/panels/measured';
import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { element, setText } from '../shared/dom';
import { withAlpha } from '../shared/palette';
import type { Theme } from '../shared/theme';
import { button } from '../shared/toolkit';
import { type ValueScale, valueScale } from '../shared/value-scale';
import { histogram, nearestPoint, scatterScale, sortedIndices } from './channel-geometry';
import type { ChannelState } from './channel-store';
import { formatMeasure, formatWithUnit, measures } from './measures';
import { line, PlotCanvas, type PlotFrame } from './plot-canvas';

const plotHeight = 240;
const tableRows = 8;
/** A pointer within so many pixels of a point means it. */
const reach = 12;

export interface ChannelHandlers {
  onEpoch(epoch: number): void;
  onRetry(): void;
  onClose(): void;
  onPoint(text: string | undefined, anchor?: DOMRect): void;
}

export interface ChannelContents {
  place: ChannelPlace;
  runLabel: string;
  runColour: string;
  /** Epochs of the run, ascending. */
  epochs: readonly number[];
  /** Those whose channels can be had, where that is less. */
  offeredEpochs: readonly number[];
  measure: DivergenceMeasure;
  scale: ValueScale['kind'];
  state: ChannelState;
  live: boolean;
  theme: Theme;
}

/** The channels of one layer at the end of an epoch: main against aux, the measure sorted and counted, the largest in numbers. */
export class ChannelView {
  readonly element: HTMLElement;
  private readonly heading = element('h2', { tabindex: '-1' });
  private readonly slider = element('input', {
    type: 'range',
    id: 'channel-epoch',
    min: '0',
    step: '1',
  }) as HTMLInputElement;
  private readonly exact = element('input', { type: 'number', 'aria-label': 'Epoch, exactly' }) as HTMLInputElement;
  private readonly ofEpochs = element('span', { class: 'caption' });
  private readonly message = element('div', { class: 'channel-message' });
  private readonly plots = element('div', { class: 'plots' });
  private readonly means = new PlotCanvas('means');
  private readonly variances = new PlotCanvas('variances');
  private readonly bars = new PlotCanvas('bars');
  private readonly counts = new PlotCanvas('counts');
  private readonly table = element('table', { class: 'largest' });
  private contents: ChannelContents | undefined;

  constructor(private readonly handlers: ChannelHandlers) {
    const label = element('label', { for: 'channel-epoch', class: 'caption' }, 'Epoch');
    const scrub = element('div', { class: 'scrub' }, label, this.slider, this.exact, this.ofEpochs);
    const head = element(
      'div',
      { class: 'channel-head' },
      this.heading,
      button('Close', () => handlers.onClose()),
    );
    this.plots.append(this.means.element, this.variances.element, this.bars.element, this.counts.element);
    const frame = element(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Largest channels' },
      this.table,
    );
    this.element = element(
      'section',
      { class: 'channels', 'aria-label': 'Channels' },
      head,
      scrub,
      this.message,
      this.plots,
      frame,
    );
    this.slider.addEventListener('input', () => {
      const epoch = this.contents?.epochs[Number(this.slider.value)];
      if (epoch !== undefined) handlers.onEpoch(epoch);
    });
    this.exact.addEventListener('change', () => {
      const epoch = nearestEpoch(this.contents?.epochs ?? [], Number(this.exact.value));
      if (epoch !== undefined) handlers.onEpoch(epoch);
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') handlers.onClose();
    });
  }

  update(contents: ChannelContents): void {
    this.contents = contents;
    const { place, runLabel, epochs, state } = contents;
    setText(this.heading, `${place.layer} · epoch ${place.epoch} · ${runLabel}`);
    this.slider.max = String(Math.max(0, epochs.length - 1));
    this.slider.value = String(epochs.indexOf(place.epoch));
    this.slider.setAttribute('aria-valuetext', `epoch ${place.epoch}`);
    this.exact.min = String(epochs[0] ?? 1);
    this.exact.max = String(epochs.at(-1) ?? 1);
    if (document.activeElement !== this.exact || Number(this.exact.value) !== place.epoch)
      this.exact.value = String(place.epoch);
    setText(this.ofEpochs, `of ${epochs.at(-1) ?? 0}`);
    const isReady = state.state === 'ready';
    this.plots.hidden = !isReady;
    (this.table.parentElement as HTMLElement).hidden = !isReady;
    this.showMessage(contents);
    if (isReady) this.drawChannels(state.value, contents);
  }

  private showMessage({ state, offeredEpochs, live }: ChannelContents): void {
    this.message.hidden = state.state === 'ready' && state.value.channels.length === state.value.total;
    this.message.classList.toggle('failed', state.state === 'failed');
    if (state.state === 'ready') {
      const { channels, total } = state.value;
      this.message.replaceChildren(`${channels.length} of ${total} channels, evenly picked: the report keeps no more.`);
    } else if (state.state === 'loading') this.message.replaceChildren('Reading the channels…');
    else {
      const nearest = nearestEpoch(offeredEpochs, this.contents?.place.epoch ?? 0);
      const remedy = live
        ? button('Try Again', () => this.handlers.onRetry())
        : nearest === undefined
          ? undefined
          : button(`Show Epoch ${nearest}`, () => this.handlers.onEpoch(nearest));
      this.message.replaceChildren(element('p', {}, state.message), ...(remedy === undefined ? [] : [remedy]));
    }
  }

  private drawChannels(channels: LayerChannels, { measure, scale, theme, runColour }: ChannelContents): void {
    const values = numbers(channels.measures[measure]);
    const width = Math.floor(this.means.element.clientWidth || 280);
    const size = { width, height: plotHeight };
    const [mainMean, auxMean] = [numbers(channels.main.mean), numbers(channels.aux.mean)];
    const [mainVariance, auxVariance] = [numbers(channels.main.variance), numbers(channels.aux.variance)];
    this.drawScatter(this.means, 'Mean μ', mainMean, auxMean, 'linear', channels, size, theme, runColour);
    this.drawScatter(this.variances, 'Variance σ²', mainVariance, auxVariance, 'log', channels, size, theme, runColour);
    this.drawBars(values, channels, measure, scale, size, theme, runColour);
    this.drawCounts(values, measure, size, theme, runColour);
    this.fillTable(channels, values, measure);
  }

  private drawScatter(
    plot: PlotCanvas,
    name: string,
    main: number[],
    aux: number[],
    kind: ValueScale['kind'],
    channels: LayerChannels,
    size: { width: number; height: number },
    theme: Theme,
    colour: string,
  ): void {
    const scale = scatterScale(kind, main, aux);
    const label = `${name} of ${main.length} channels, main against aux. Channels on the diagonal are equal.`;
    const axes = { x: { scale, label: 'main' }, y: { scale, label: 'aux' } };
    const frame = plot.begin(`${name}, main against aux`, label, size, axes, theme);
    if (frame === undefined) return;
    const { context, left, top, width, height } = frame;
    context.strokeStyle = theme.mutedForeground;
    context.setLineDash([5, 4]);
    line(context, left, top + height, left + width, top);
    context.setLineDash([]);
    const radius = main.length > 400 ? 2 : 3.2;
    const points = main.map((x, index) => ({ x: frame.xOf(x) ?? Number.NaN, y: frame.yOf(aux[index]!) ?? Number.NaN }));
    context.fillStyle = withAlpha(colour, main.length > 100 ? 0.55 : 0.8);
    for (const { x, y } of points) {
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    }
    const textOf = (index: number) =>
      `channel ${channels.channels[index]}: main ${formatMeasure(main[index])}, aux ${formatMeasure(aux[index])}`;
    this.followPointer(plot, points, textOf);
  }

  private drawBars(
    values: number[],
    channels: LayerChannels,
    measure: DivergenceMeasure,
    kind: ValueScale['kind'],
    size: { width: number; height: number },
    theme: Theme,
    colour: string,
  ): void {
    const order = sortedIndices(values);
    const x: ValueScale = { kind: 'linear', from: 0, to: values.length };
    const y = valueScale(kind, values);
    const { label, unit } = measures[measure];
    const axes = { x: { scale: x, label: 'channels, the largest first' }, y: { scale: y, label: unit || label } };
    const words = `${label} of ${values.length} channels, sorted: from ${formatWithUnit(values[order[0]!], measure)} to ${formatWithUnit(values[order.at(-1)!], measure)}.`;
    const frame = this.bars.begin(`${label}, sorted`, words, size, axes, theme);
    if (frame === undefined) return;
    const step = frame.width / values.length;
    const points = order.map((channel, place) => ({
      x: frame.left + (place + 0.5) * step,
      y: frame.yOf(values[channel]!) ?? frame.top,
    }));
    fillBars(frame, points, step, colour);
    const textOf = (place: number) =>
      `channel ${channels.channels[order[place]!]}: ${formatWithUnit(values[order[place]!], measure)}`;
    this.followPointer(this.bars, points, textOf, true);
  }

  private drawCounts(
    values: number[],
    measure: DivergenceMeasure,
    size: { width: number; height: number },
    theme: Theme,
    colour: string,
  ): void {
    const { edges, counts } = histogram(values);
    const { label, unit } = measures[measure];
    const most = Math.max(1, ...counts);
    const axes = {
      x: {
        scale: { kind: 'linear', from: 0, to: edges.at(-1)! } as const,
        label: unit === '' ? label : `${label}, ${unit}`,
      },
      y: { scale: { kind: 'linear', from: 0, to: most } as const, label: 'channels' },
    };
    const highest = counts.indexOf(most);
    const words = `Histogram of ${label}: most channels, ${most}, lie between ${formatMeasure(edges[highest])} and ${formatMeasure(edges[highest + 1])}.`;
    const frame = this.counts.begin(`${label}, histogram`, words, size, axes, theme);
    if (frame === undefined) return;
    const step = frame.width / counts.length;
    const points = counts.map((count, bin) => ({ x: frame.left + (bin + 0.5) * step, y: frame.yOf(count)! }));
    fillBars(frame, points, step, colour);
    const textOf = (bin: number) =>
      `${counts[bin]} ${counts[bin] === 1 ? 'channel' : 'channels'} from ${formatMeasure(edges[bin])} to ${formatMeasure(edges[bin + 1])}`;
    this.followPointer(this.counts, points, textOf, true);
  }

  /** @param byColumn the height of the pointer does not matter */
  private followPointer(
    { canvas }: PlotCanvas,
    points: readonly { x: number; y: number }[],
    textOf: (index: number) => string,
    byColumn = false,
  ): void {
    canvas.onpointermove = ({ offsetX, offsetY }) => {
      const index = byColumn
        ? nearestPoint(
            points.map(({ x }) => ({ x, y: 0 })),
            offsetX,
            0,
            reach,
          )
        : nearestPoint(points, offsetX, offsetY, reach);
      if (index === undefined) return this.handlers.onPoint(undefined);
      const { left, top } = canvas.getBoundingClientRect();
      const { x, y } = points[index]!;
      this.handlers.onPoint(textOf(index), new DOMRect(left + x - 3, top + y - 3, 6, 6));
    };
    canvas.onpointerleave = () => this.handlers.onPoint(undefined);
  }

  private fillTable(channels: LayerChannels, values: number[], measure: DivergenceMeasure): void {
    const { label, unit } = measures[measure];
    const titles = [
      'Channel',
      unit === '' ? label : `${label}, ${unit}`,
      'μ main',
      'μ aux',
      'σ² main',
      'σ² aux',
      'γ main',
      'γ aux',
      'β main',
      'β aux',
    ];
    const rows = sortedIndices(values)
      .slice(0, tableRows)
      .map((index) => {
        const parts = (['mean', 'variance', 'weight', 'bias'] as const).flatMap((part) => [
          channels.main[part][index],
          channels.aux[part][index],
        ]);
        const cells = [values[index], ...parts].map((value) => element('td', {}, formatMeasure(value ?? Number.NaN)));
        return element('tr', {}, element('th', { scope: 'row' }, String(channels.channels[index])), ...cells);
      });
    this.table.replaceChildren(
      element('caption', {}, `The ${rows.length} channels that are furthest apart`),
      element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))),
      element('tbody', {}, ...rows),
    );
  }
}

function fillBars(
  { context, top, height }: PlotFrame,
  points: readonly { x: number; y: number }[],
  step: number,
  colour: string,
): void {
  context.fillStyle = colour;
  const gap = step > 4 ? 1 : 0;
  for (const { x, y } of points) context.fillRect(x - step / 2, y, Math.max(step - gap, 0.5), top + height - y);
}

const numbers = (column: readonly Measured[]): number[] => column.map((value) => value ?? Number.NaN);

/** The epoch that is there and nearest to a wish. */
function nearestEpoch(epochs: readonly number[], wish: number): number | undefined {
  if (!Number.isFinite(wish) || epochs.length === 0) return undefined;
  return epochs.reduce((nearest, epoch) => (Math.abs(epoch - wish) < Math.abs(nearest - wish) ? epoch : nearest));
}
