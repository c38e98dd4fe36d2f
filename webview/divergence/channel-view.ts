import type { ChannelPlace, LayerChannels } from '../../common/panels/divergence/divergence-contract';
import type { Measured } from '../../common/panels/measured';
import type { DivergenceMeasure } from '../../common/run/divergence-measures';
import { element, setText } from '../shared/dom';
import { EpochControl, nearestIndex } from '../shared/epoch-control';
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
  onEpoch: (epoch: number) => void;
  onRetry: () => void;
  onClose: () => void;
  onPoint: (text: string | undefined, anchor?: DOMRect) => void;
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
  private readonly epoch: EpochControl;
  private readonly message = element('div', { class: 'channel-message' });
  private readonly plots = element('div', { class: 'plots' });
  private readonly means: ChannelPlot;
  private readonly variances: ChannelPlot;
  private readonly bars: ChannelPlot;
  private readonly counts: ChannelPlot;
  private readonly table = element('table', { class: 'largest detail-table' });

  constructor(private readonly handlers: ChannelHandlers) {
    this.epoch = new EpochControl('channel-epoch', handlers.onEpoch);
    const head = element('div', { class: 'detail-head' }, this.heading, button('Close', handlers.onClose));
    this.means = new ChannelPlot('means', handlers.onPoint);
    this.variances = new ChannelPlot('variances', handlers.onPoint);
    this.bars = new ChannelPlot('bars', handlers.onPoint);
    this.counts = new ChannelPlot('counts', handlers.onPoint);
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
      this.epoch.element,
      this.message,
      this.plots,
      frame,
    );
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') handlers.onClose();
    });
  }

  update(contents: ChannelContents): void {
    const { place, runLabel, epochs, state } = contents;
    setText(this.heading, `${place.layer} · epoch ${place.epoch} · ${runLabel}`);
    this.epoch.update(epochs, place.epoch);
    const isReady = state.state === 'ready';
    this.plots.hidden = !isReady;
    this.table.parentElement!.hidden = !isReady;
    this.showMessage(contents);
    if (isReady) this.drawChannels(state.value, contents);
  }

  private showMessage({ place, state, offeredEpochs, live }: ChannelContents): void {
    this.message.hidden = state.state === 'ready' && state.value.channels.length === state.value.total;
    this.message.classList.toggle('failed', state.state === 'failed');
    if (state.state === 'ready') {
      const { channels, total } = state.value;
      this.message.replaceChildren(`${channels.length} of ${total} channels, evenly picked: the report keeps no more.`);
    } else if (state.state === 'loading') this.message.replaceChildren('Reading the channels…');
    else {
      const nearest = offeredEpochs[nearestIndex(offeredEpochs, place.epoch)];
      const remedy = live
        ? button('Try Again', this.handlers.onRetry)
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
