import type { Pen } from '../pen';

export interface LineStyle {
  colour: string;
  /** In CSS pixels. */
  width: number;
  /** Lengths of dashes and gaps; empty for a solid line. */
  dash: readonly number[];
}

/** Strokes a line through points, in pixels; one that is not finite makes a gap. */
export function strokeLine(
  pen: Pen,
  points: Iterable<readonly [x: number, y: number]>,
  { colour, width, dash }: LineStyle,
): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash([...dash]);
  pen.beginPath();
  let drawing = false;
  for (const [x, y] of points) {
    const isPlace = Number.isFinite(x) && Number.isFinite(y);
    if (isPlace && drawing) pen.lineTo(x, y);
    else if (isPlace) pen.moveTo(x, y);
    drawing = isPlace;
  }
  pen.stroke();
  pen.setLineDash([]);
}
