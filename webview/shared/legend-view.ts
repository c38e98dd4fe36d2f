import { type ColourScale, cssColour } from './colour-scale';
import { element, setText, svgElement } from './dom';
import { position, scaleTicks, type ValueScale } from './value-scale';

const width = 260;
const barHeight = 10;
const margin = 22;
const maxTicks = 6;

/** The colours of a heatmap with their numbers. */
export class LegendView {
  readonly element = element('figure', { class: 'legend' });
  private readonly caption = element('figcaption');
  private drawn = '';

  /** @param name of the panel: what the legend refers to by id is unique in a page with several */
  constructor(private readonly name: string) {}

  update(scale: ValueScale, colours: ColourScale, title: string, format: (value: number) => string): void {
    setText(this.caption, title);
    const key = JSON.stringify([scale, colours.colourAt(0), title]);
    if (key === this.drawn) return;
    this.drawn = key;
    const gradient = svgElement('linearGradient', { id: `${this.name}-legend-colours` });
    for (let part = 0; part <= 24; part++) {
      gradient.append(svgElement('stop', { offset: part / 24, 'stop-color': cssColour(colours.colourAt(part / 24)) }));
    }
    const bar = svgElement('rect', {
      x: margin,
      y: 0.5,
      width: width - 2 * margin,
      height: barHeight,
      fill: `url(#${this.name}-legend-colours)`,
      class: 'legend-bar',
    });
    const ticks = scaleTicks(scale, maxTicks);
    const marks = ticks.flatMap((tick) => {
      const x = margin + (position(scale, tick) ?? 0) * (width - 2 * margin);
      const label = svgElement('text', { x: x, y: barHeight + 16, 'text-anchor': 'middle' });
      setText(label, format(tick));
      return [svgElement('path', { class: 'legend-tick', d: `M${x} ${barHeight}v4` }), label];
    });
    const label = `Colours from ${format(scale.from)} to ${format(scale.to)}, ${scale.kind} scale`;
    const drawing = svgElement(
      'svg',
      { role: 'img', 'aria-label': label, width: width, height: '30', viewBox: `0 0 ${width} 30` },
      svgElement('defs', {}, gradient),
      bar,
      ...marks,
    );
    this.element.replaceChildren(this.caption, drawing);
  }
}
