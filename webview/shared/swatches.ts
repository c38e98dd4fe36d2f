import { svgElement } from './dom';
import type { RunStyle } from './run-style';
import { markerPath } from './shapes';

/** A run's marker in its colour, to recognise its lines by. */
export function markerSwatch({ colour, marker }: RunStyle): SVGElement {
  const path = { d: markerPath(marker, [6, 6], 4), fill: colour, stroke: colour, 'stroke-width': '1.6' };
  return swatch(12, svgElement('path', path));
}

/** A piece of the run's line as the charts draw it. */
export function lineSwatch({ colour, marker }: RunStyle, dashed: boolean, background: string): SVGElement {
  const dash = dashed ? { 'stroke-dasharray': '5 3.5' } : undefined;
  const line = { d: 'M0 6H28', stroke: colour, 'stroke-width': '2', ...dash };
  const fill = dashed ? background : colour;
  const path = { d: markerPath(marker, [14, 6], 3.5), fill, stroke: colour, 'stroke-width': '1.4' };
  return swatch(28, svgElement('path', line), svgElement('path', path));
}

function swatch(width: number, ...shapes: SVGElement[]): SVGElement {
  const size = { viewBox: `0 0 ${width} 12`, width: width, height: '12' };
  return svgElement('svg', { ...size, 'aria-hidden': 'true' }, ...shapes);
}
