/**
 * The outlines of the built-in data set's classes, as signed distances: negative inside, and close to the distance from the
 * outline near it. Each fits into a circle of radius 1 around the origin; x to the right, y down.
 */
type SignedDistance = (x: number, y: number) => number;

export const shapeOutlines: Readonly<Record<string, SignedDistance>> = {
  arrow: (x, y) => {
    const side = Math.abs(y);
    const shaft = Math.max(Math.abs(x + 0.4) - 0.5, side - 0.24);
    const head = Math.max(0.02 - x, ((x - 0.97) * 0.75 + side * 0.95) / Math.hypot(0.75, 0.95));
    return Math.min(shaft, head);
  },
  circle: (x, y) => Math.hypot(x, y) - 0.85,
  crescent: (x, y) => Math.max(Math.hypot(x, y) - 0.92, 0.72 - Math.hypot(x - 0.48, y)),
  cross: (x, y) => {
    const [dx, dy] = [Math.abs(x), Math.abs(y)];
    return Math.max(Math.max(dx, dy) - 0.92, Math.min(dx, dy) - 0.29);
  },
  heart: (x, y) => {
    // A square on its corner and a disc on each upper side.
    const side = Math.abs(x);
    const up = 0.08 - y;
    const square = (side + Math.abs(up) - 0.75) / Math.SQRT2;
    const disc = Math.hypot(side - 0.375, up - 0.375) - 0.375 * Math.SQRT2;
    return Math.min(square, disc);
  },
  hexagon: (x, y) => {
    const [dx, dy] = [Math.abs(x), Math.abs(y)];
    return Math.max(dy, dx * cos30 + dy * 0.5) - 0.8;
  },
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.68) - 0.24,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.7,
  star: (x, y) => {
    // One fifth of the star, folded at its point: the edge runs from the point (1, 0) to the notch.
    const angle = Math.abs(modulo(Math.atan2(y, x) + fifth / 2, fifth) - fifth / 2);
    const radius = Math.hypot(x, y);
    const edge = [1 - notch * Math.cos(fifth / 2), notch * Math.sin(fifth / 2)];
    return (
      ((radius * Math.cos(angle) - 1) * edge[1] + radius * Math.sin(angle) * edge[0]) / Math.hypot(edge[0], edge[1])
    );
  },
  triangle: (x, y) => Math.max(y, cos30 * Math.abs(x) - 0.5 * y) - 0.5,
};

const cos30 = Math.sqrt(3) / 2;
const fifth = (2 * Math.PI) / 5;
/** Radius of the star's notches. */
const notch = 0.42;

function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}
