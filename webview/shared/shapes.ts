import type { Pen } from './pen';
import type { Marker } from './run-style';

type Point = readonly [x: number, y: number];

/** Draws a marker around a point, filled or as an outline over `fill`. */
export function drawMarker(
  pen: Pen,
  marker: Marker,
  [x, y]: Point,
  radius: number,
  { stroke, fill, width = 1.4 }: { stroke: string; fill: string; width?: number },
): void {
  pen.strokeStyle = stroke;
  pen.fillStyle = fill;
  pen.lineWidth = width;
  pen.lineJoin = 'miter';
  pen.setLineDash([]);
  pen.beginPath();
  const outline = outlineOf(marker, radius);
  if (outline === undefined) pen.arc(x, y, radius, 0, 2 * Math.PI);
  for (const polygon of outline ?? []) {
    polygon.forEach(([dx, dy], index) => {
      if (index === 0) pen.moveTo(x + dx, y + dy);
      else pen.lineTo(x + dx, y + dy);
    });
    if (polygon.length > 2) pen.closePath();
  }
  if (outline?.some((polygon) => polygon.length === 2) !== true) pen.fill();
  pen.stroke();
}

/** The same marker as the path of an SVG element. */
export function markerPath(marker: Marker, [x, y]: Point, radius: number): string {
  const outline = outlineOf(marker, radius);
  const [r, across] = [radius, 2 * radius];
  if (outline === undefined) return `M${x - r} ${y}a${r} ${r} 0 1 0 ${across} 0a${r} ${r} 0 1 0 -${across} 0z`;
  const end = (polygon: readonly Point[]) => (polygon.length > 2 ? 'z' : '');
  return outline
    .map((polygon) => `M${polygon.map(([dx, dy]) => `${x + dx} ${y + dy}`).join('L')}${end(polygon)}`)
    .join('');
}

type Outline = readonly (readonly Point[])[];

/** Polygons and strokes around the origin, as Chart.js's point styles; undefined for a circle. */
function outlineOf(marker: Marker, r: number): Outline | undefined {
  switch (marker) {
    case 'circle':
      return undefined;
    case 'triangle':
      return [scaled(r, [0, -1.08], [1.03, 0.74], [-1.03, 0.74])];
    case 'rect':
      return [scaled(0.86 * r, [-1, -1], [1, -1], [1, 1], [-1, 1])];
    case 'rectRot':
      return [scaled(1.14 * r, [0, -1], [1, 0], [0, 1], [-1, 0])];
    case 'star':
      return [...cross(1.14 * r, 0), ...cross(1.14 * r, Math.PI / 4)];
    case 'crossRot':
      return cross(1.2 * r, Math.PI / 4);
  }
}

const scaled = (factor: number, ...points: Point[]): Point[] => points.map(([x, y]) => [factor * x, factor * y]);

function cross(radius: number, turn: number): Outline {
  const at = (angle: number) => [radius * Math.cos(turn + angle), radius * Math.sin(turn + angle)] as const;
  return [
    [at(0), at(Math.PI)],
    [at(Math.PI / 2), at(-Math.PI / 2)],
  ];
}

/** Points of a five-pointed star around the origin, for the best checkpoint. */
export function starPoints(radius: number): [x: number, y: number][] {
  return Array.from({ length: 10 }, (_, index) => {
    const angle = -Math.PI / 2 + (index * Math.PI) / 5;
    const length = index % 2 === 0 ? radius : radius * 0.45;
    return [length * Math.cos(angle), length * Math.sin(angle)];
  });
}
