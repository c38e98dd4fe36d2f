import type { Pen } from './pen';
import type { Marker } from './run-style';

/** Draws a marker around a point, filled or as an outline over `fill`. Chart.js's shapes, which the list of runs has too. */
export function drawMarker(
  pen: Pen,
  marker: Marker,
  [x, y]: readonly [number, number],
  radius: number,
  { stroke, fill, width = 1.4 }: { stroke: string; fill: string; width?: number },
): void {
  pen.strokeStyle = stroke;
  pen.fillStyle = fill;
  pen.lineWidth = width;
  pen.lineJoin = 'miter';
  pen.setLineDash([]);
  pen.beginPath();
  const outline = markerOutlines[marker](radius);
  if (outline === undefined) pen.arc(x, y, radius, 0, 2 * Math.PI);
  else {
    for (const polygon of outline) {
      polygon.forEach(([dx, dy], index) => {
        if (index === 0) pen.moveTo(x + dx, y + dy);
        else pen.lineTo(x + dx, y + dy);
      });
      if (polygon.length > 2) pen.closePath();
    }
    if (outline.every((polygon) => polygon.length > 2)) pen.fill();
    pen.stroke();
    return;
  }
  pen.fill();
  pen.stroke();
}

type Outline = (readonly (readonly [number, number])[])[];

/** Polygons and strokes around the origin; undefined is a circle. */
const markerOutlines: Record<Marker, (radius: number) => Outline | undefined> = {
  circle: () => undefined,
  triangle: (r) => [
    [
      [0, -1.08 * r],
      [1.03 * r, 0.74 * r],
      [-1.03 * r, 0.74 * r],
    ],
  ],
  rect: (r) => [
    [
      [-0.86 * r, -0.86 * r],
      [0.86 * r, -0.86 * r],
      [0.86 * r, 0.86 * r],
      [-0.86 * r, 0.86 * r],
    ],
  ],
  rectRot: (r) => [
    [
      [0, -1.14 * r],
      [1.14 * r, 0],
      [0, 1.14 * r],
      [-1.14 * r, 0],
    ],
  ],
  star: (r) => [...cross(1.14 * r, 0), ...cross(1.14 * r, Math.PI / 4)],
  crossRot: (r) => cross(1.2 * r, Math.PI / 4),
};

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
