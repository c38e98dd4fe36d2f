import type { ChannelPlace, LayerChannels } from '../../common/panels/divergence/divergence-contract';
import type { Measured } from '../../common/panels/measured';
import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { element, setText } from '../shared/dom';
import { withAlpha } from '../shared/palette';
import type { PlotAxis } from '../shared/plot/axes';
import { strokeLine } from '../shared/plot/stroke-line';
import type { Theme } from '../shared/theme';
import { button } from '../shared/toolkit';
import { type ValueScale, valueScale } from '../shared/value-scale';
import { histogram, scatterScale, sortedIndices } from './channel-geometry';
import { ChannelPlot, type ChannelPlotContents } from './channel-plot';
import type { ChannelState } from './channel-store';
import { formatMeasure, formatWithUnit, measures } from './measures';

const tableRows = 8;

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
  private readonly means: ChannelPlot;
  private readonly variances: ChannelPlot;
  private readonly bars: ChannelPlot;
  private readonly counts: ChannelPlot;
  private readonly table = element('table', { class: 'largest detail-table' });
  private contents: ChannelContents | undefined;

  constructor(private readonly handlers: ChannelHandlers) {
    const label = element('label', { for: 'channel-epoch', class: 'caption' }, 'Epoch');
    const scrub = element('div', { class: 'scrub' }, label, this.slider, this.exact, this.ofEpochs);
    const head = element(
      'div',
      { class: 'detail-head' },
      this.heading,
      button('Close', () => handlers.onClose()),
    );
    const plot = (name: string) => new ChannelPlot(name, (text, anchor) => handlers.onPoint(text, anchor));
    this.means = plot('means');
    this.variances = plot('variances');
    this.bars = plot('bars');
    this.counts = plot('counts');
    this.plots.append(this.means.element, this.variances.element, this.bars.element, this.counts.element);
    const frame = element(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Largest channels' },
      this.table,
    );
    this.element = element(
      'section',
      { class: 'channels detail', 'aria-label': 'Channels' },
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

  private drawChannels(channels: LayerChannels, contents: ChannelContents): void {
    const values = numbers(channels.measures[contents.measure]);
    this.drawScatter(this.means, 'Mean μ', 'mean', 'linear', channels, contents);
    this.drawScatter(this.variances, 'Variance σ²', 'variance', 'log', channels, contents);
    this.drawBars(values, channels, contents);
    this.drawCounts(values, contents);
    this.fillTable(channels, values, contents.measure);
  }

  private drawScatter(
    chart: ChannelPlot,
    name: string,
    part: 'mean' | 'variance',
    kind: ValueScale['kind'],
    { channels, main, aux }: LayerChannels,
    { theme, runColour }: ChannelContents,
  ): void {
    const [mains, auxes] = [numbers(main[part]), numbers(aux[part])];
    const scale = scatterScale(kind, mains, auxes);
    const points = mains.map((x, index) => ({ x: clamped(x, scale), y: clamped(auxes[index]!, scale) }));
    const [first, last] = [scale.from, scale.to];
    chart.draw({
      heading: `${name}, main against aux`,
      label: `${name} of ${mains.length} channels, main against aux. Channels on the diagonal are equal.`,
      axes: { x: axisOf(scale, 'main'), y: axisOf(scale, 'aux') },
      theme,
      paint: (pen, { x, y }) => {
        const diagonal = [first, last].map((end) => [x(end), y(end)] as const);
        strokeLine(pen, diagonal, { colour: theme.mutedForeground, width: 1, dash: [5, 4] });
        const radius = mains.length > 400 ? 2 : 3.2;
        pen.fillStyle = withAlpha(runColour, mains.length > 100 ? 0.55 : 0.8);
        for (const point of points) {
          if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) continue;
          pen.beginPath();
          pen.arc(x(point.x), y(point.y), radius, 0, 2 * Math.PI);
          pen.fill();
        }
      },
      points,
      textOf: (index) =>
        `channel ${channels[index]}: main ${formatMeasure(mains[index])}, aux ${formatMeasure(auxes[index])}`,
    });
  }

  private drawBars(
    values: number[],
    { channels }: LayerChannels,
    { measure, scale: kind, theme, runColour }: ChannelContents,
  ): void {
    const order = sortedIndices(values);
    const scale = valueScale(kind, values);
    const { label, unit } = measures[measure];
    const from = formatWithUnit(values[order[0]!], measure);
    const to = formatWithUnit(values[order.at(-1)!], measure);
    const bars = order.map((channel) => clamped(values[channel]!, scale));
    this.bars.draw({
      ...barPlot(bars, scale, [0, values.length], runColour),
      heading: `${label}, sorted`,
      label: `${label} of ${values.length} channels, sorted: from ${from} to ${to}.`,
      axes: {
        x: axisOf({ kind: 'linear', from: 0, to: values.length }, 'channels, the largest first'),
        y: axisOf(scale, unit || label),
      },
      theme,
      textOf: (place) => `channel ${channels[order[place]!]}: ${formatWithUnit(values[order[place]!], measure)}`,
    });
  }

  private drawCounts(values: number[], { measure, theme, runColour }: ChannelContents): void {
    const { edges, counts } = histogram(values);
    const { label, unit } = measures[measure];
    const max = Math.max(1, ...counts);
    const highest = counts.indexOf(max);
    const end = edges.at(-1)!;
    const scale: ValueScale = { kind: 'linear', from: 0, to: max };
    const range = (bin: number) => [formatMeasure(edges[bin]), formatMeasure(edges[bin + 1])] as const;
    this.counts.draw({
      ...barPlot(counts, scale, [0, end], runColour),
      heading: `${label}, histogram`,
      label: `Histogram of ${label}: most channels, ${max}, lie between ${range(highest).join(' and ')}.`,
      axes: {
        x: axisOf({ kind: 'linear', from: 0, to: end }, unit === '' ? label : `${label}, ${unit}`),
        y: { ...axisOf(scale, 'channels'), whole: true },
      },
      theme,
      textOf: (bin) => `${counts[bin]} ${counts[bin] === 1 ? 'channel' : 'channels'} from ${range(bin).join(' to ')}`,
    });
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

const axisOf = ({ kind, from, to }: ValueScale, title: string): PlotAxis => ({
  scale: kind,
  range: [from, to],
  formatTick: formatMeasure,
  title,
});

/** A value as far as the scale goes; one that is not finite stays so. */
const clamped = (value: number, { from, to }: ValueScale): number => Math.min(to, Math.max(from, value));

/** Bars of equal width from one end of the x axis to the other. @param values within the scale; at its top where not finite */
function barPlot(
  values: readonly number[],
  { from, to }: ValueScale,
  [first, last]: readonly [number, number],
  colour: string,
): Pick<ChannelPlotContents, 'paint' | 'points' | 'byColumn'> {
  const width = (last - first) / values.length;
  const points = values.map((value, place) => ({
    x: first + (place + 0.5) * width,
    y: Number.isFinite(value) ? value : to,
  }));
  return {
    points,
    byColumn: true,
    paint: (pen, { x, y }) => {
      const step = x(first + width) - x(first);
      const gap = step > 4 ? 1 : 0;
      const base = y(from);
      pen.fillStyle = colour;
      for (const point of points) {
        const top = y(point.y);
        pen.fillRect(x(point.x) - step / 2, top, Math.max(step - gap, 0.5), base - top);
      }
    },
  };
}

const numbers = (column: readonly Measured[]): number[] => column.map((value) => value ?? Number.NaN);

/** The epoch that is there and nearest to a wish. */
function nearestEpoch(epochs: readonly number[], wish: number): number | undefined {
  if (!Number.isFinite(wish) || epochs.length === 0) return undefined;
  return epochs.reduce((nearest, epoch) => (Math.abs(epoch - wish) < Math.abs(nearest - wish) ? epoch : nearest));
}
