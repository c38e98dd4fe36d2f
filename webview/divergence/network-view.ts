import { setText, svgElement } from '../shared/dom';
import type { LayerGroup, NetworkLayout } from './network-layout';

/** Room for the drawing of the network beside the heatmaps, in CSS pixels. */
export const networkWidth = 124;
const stageWidth = 20;
const blockLeft = 26;
const nameLeft = 54;

/** The network as it is nested: stages with their blocks, and in them the layers, one a row of the heatmaps. */
export class NetworkView {
  readonly element = svgElement('svg', { class: 'network', 'aria-hidden': 'true', width: networkWidth });
  private names: SVGElement[] = [];
  private drawn = '';

  update({ rows, stages, blocks }: NetworkLayout, rowHeight: number): void {
    const key = [rowHeight, ...rows.map(({ layer }) => layer)].join('\n');
    if (key === this.drawn) return;
    this.drawn = key;
    this.element.setAttribute('height', String(rows.length * rowHeight));
    this.names = rows.map((row, index) =>
      text(row.shortName, row.block === undefined ? blockLeft : nameLeft, (index + 0.5) * rowHeight, 'layer-name'),
    );
    const spine = svgElement('path', {
      class: 'spine',
      d: `M${blockLeft - 3} ${rowHeight / 2}V${(rows.length - 0.5) * rowHeight}`,
    });
    this.element.classList.toggle('dense', rowHeight < 15);
    this.element.replaceChildren(
      spine,
      ...stages.flatMap((stage) => stageShape(stage, rowHeight)),
      ...blocks.flatMap((block) => blockShape(block, rowHeight)),
      ...this.names,
    );
  }

  highlight(row: number | undefined): void {
    for (const [index, name] of this.names.entries()) name.classList.toggle('active', index === row);
  }
}

function stageShape({ name, from, to }: LayerGroup, rowHeight: number): SVGElement[] {
  const height = (to - from) * rowHeight;
  const middle = (from + to) * 0.5 * rowHeight;
  const label = text(name, 0, 0, 'stage-name');
  label.setAttribute('transform', `translate(${stageWidth / 2} ${middle}) rotate(-90)`);
  const band = { x: '1', y: from * rowHeight + 1.5, width: stageWidth - 2, height: height - 3 };
  return [svgElement('rect', { class: 'stage', rx: '4', ...band }), label];
}

function blockShape({ name, from, to }: LayerGroup, rowHeight: number): SVGElement[] {
  const box = {
    x: blockLeft - 3,
    y: from * rowHeight + 1.5,
    width: networkWidth - blockLeft - 1,
    height: (to - from) * rowHeight - 3,
  };
  const label = text(name, blockLeft + 1, (from + to) * 0.5 * rowHeight, 'block-name');
  return [svgElement('rect', { class: 'block', rx: '4', ...box }), label];
}

function text(content: string, x: number, y: number, className: string): SVGElement {
  const node = svgElement('text', { class: className, x: x, y: y, 'dominant-baseline': 'central' });
  setText(node, content);
  return node;
}
