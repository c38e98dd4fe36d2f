import { svgElement } from './dom';
import type { Marker, RunStyle } from './run-style';

/** A piece of the run's line as the charts draw it. */
export function lineSwatch({ colour, marker }: RunStyle, dashed: boolean, background: string): SVGElement {
  const line = svgElement('line', {
    x1: '0',
    y1: '6',
    x2: '28',
    y2: '6',
    stroke: colour,
    'stroke-width': '2',
    ...(dashed ? { 'stroke-dasharray': '5 3.5' } : {}),
  });
  const symbol = svgElement('path', {
    d: markerPaths[marker],
    stroke: colour,
    'stroke-width': '1.4',
    fill: dashed ? background : colour,
  });
  return svgElement('svg', { viewBox: '0 0 28 12', width: '28', height: '12', 'aria-hidden': 'true' }, line, symbol);
}

/** The charts' markers around (14, 6). */
const markerPaths: Record<Marker, string> = {
  circle: 'M10.5 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z',
  triangle: 'M14 2.2L17.6 8.6H10.4z',
  rect: 'M11 3h6v6h-6z',
  rectRot: 'M14 2L18 6L14 10L10 6z',
  star: 'M10 6H18M14 2V10M11.2 3.2L16.8 8.8M16.8 3.2L11.2 8.8',
  crossRot: 'M11 3L17 9M17 3L11 9',
};
