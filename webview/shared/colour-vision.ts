/** sRGB, each channel in [0, 255]. */
export type Rgb = readonly [number, number, number];

/** Parses the notations that VS Code writes into its theme variables: #rgb, #rrggbb, #rrggbbaa, rgb(), rgba(). Alpha is dropped. */
export function parseColour(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1];
  if (hex !== undefined && (hex.length === 3 || hex.length === 4)) {
    const [r, g, b] = [...hex].map((digit) => Number.parseInt(digit + digit, 16));
    return [r!, g!, b!];
  }
  if (hex !== undefined && (hex.length === 6 || hex.length === 8)) {
    return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const numbers = /^rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)/i.exec(text.trim());
  return numbers === null ? undefined : [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
}

const toLinear = (channel: number): number => {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};

const linear = (colour: Rgb): Rgb => [toLinear(colour[0]), toLinear(colour[1]), toLinear(colour[2])];

/** Contrast ratio of WCAG 2, in [1, 21]. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance of WCAG 2, in [0, 1]. */
export function luminance(colour: Rgb): number {
  const [r, g, b] = linear(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * How a colour looks to somebody without L or without M cones, as matrices on linear RGB: Viénot, Brettel and Mollon,
 * "Digital video colourmaps for checking the legibility of displays by dichromats" (1999).
 */
const dichromats: readonly (readonly Rgb[])[] = [
  [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
];

/** OKLab of linear RGB (Ottosson 2020). */
function okLab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const product = (matrix: readonly Rgb[], v: Rgb): Rgb =>
  matrix.map((row) => Math.max(0, row[0] * v[0] + row[1] * v[1] + row[2] * v[2])) as unknown as Rgb;

const distance = (p: Rgb, q: Rgb): number => {
  const [u, v] = [okLab(p), okLab(q)];
  return Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]);
};

/** Distance in OKLab: 1 between black and white. */
export function okLabDistance(a: Rgb, b: Rgb): number {
  return distance(linear(a), linear(b));
}

/** The smallest distance in OKLab of what three kinds of eyes see: normal, without L cones, without M cones. */
export function minDistance(a: Rgb, b: Rgb): number {
  const [x, y] = [linear(a), linear(b)];
  return Math.min(distance(x, y), ...dichromats.map((eye) => distance(product(eye, x), product(eye, y))));
}
