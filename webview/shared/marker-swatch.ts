import { svgElement } from './dom';
import type { Marker, RunStyle } from './run-style';

/** A run's marker in its colour, to recognise its lines by. */
export function markerSwatch({ colour, marker }: RunStyle): SVGElement {
  const shape = svgElement('path', { d: shapes[marker], fill: colour, stroke: colour, 'stroke-width': '1.6' });
  return svgElement('svg', { viewBox: '0 0 12 12', width: '12', height: '12', 'aria-hidden': 'true' }, shape);
}

/** The charts' point styles around (6, 6). */
const shapes: Record<Marker, string> = {
  circle: 'M2 6a4 4 0 0 0 8 0a4 4 0 0 0 -8 0z',
  triangle: 'M6 2l4.2 7.6h-8.4z',
  rect: 'M2.4 2.4h7.2v7.2h-7.2z',
  rectRot: 'M6 1.4L10.6 6L6 10.6L1.4 6z',
  star: 'M1.5 6h9M6 1.5v9M2.8 2.8l6.4 6.4M9.2 2.8l-6.4 6.4',
  crossRot: 'M2.5 2.5l7 7M9.5 2.5l-7 7',
};
