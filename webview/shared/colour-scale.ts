import { luminance, parseColour, type Rgb } from './colour-vision';

/** Colours for places on a scale, and for values that are not finite. */
export interface ColourScale {
  /** @param place in [0, 1] */
  colourAt: (place: number) => Rgb;
  notFinite: Rgb;
}

/** OKLCH: lightness, chroma, hue in degrees. */
type Stop = readonly [lightness: number, chroma: number, hue: number];

/**
 * From near the background to far from it, in even steps of lightness, so that order is seen without hue. Hue goes from
 * blue over teal to yellow, and on a light ground the other way: neither needs red and green to be told apart.
 */
const onDark: readonly Stop[] = [
  [0.27, 0.06, 285],
  [0.43, 0.11, 262],
  [0.59, 0.105, 215],
  [0.76, 0.12, 170],
  [0.94, 0.14, 105],
];
const onLight: readonly Stop[] = [
  [0.96, 0.045, 105],
  [0.82, 0.095, 165],
  [0.65, 0.105, 210],
  [0.46, 0.125, 258],
  [0.27, 0.11, 290],
];

/** Blue below, orange above, the ground's grey where there is no difference. */
const differenceOnDark: readonly Stop[] = [
  [0.85, 0.11, 230],
  [0.58, 0.13, 245],
  [0.3, 0.0, 0],
  [0.6, 0.13, 55],
  [0.87, 0.12, 75],
];
const differenceOnLight: readonly Stop[] = [
  [0.38, 0.13, 258],
  [0.66, 0.12, 240],
  [0.95, 0.0, 0],
  [0.7, 0.13, 60],
  [0.42, 0.11, 45],
];

const steps = 256;

/** @param background of the panel, as CSS has it */
export function colourScale(kind: 'amount' | 'difference', background: string): ColourScale {
  const isDark = luminance(parseColour(background) ?? [30, 30, 30]) < 0.2;
  const stops = kind === 'amount' ? (isDark ? onDark : onLight) : isDark ? differenceOnDark : differenceOnLight;
  const table = Array.from({ length: steps }, (_, index) => interpolate(stops, index / (steps - 1)));
  return {
    colourAt: (place) => table[Math.round(Math.min(1, Math.max(0, place)) * (steps - 1))]!,
    notFinite: isDark ? [255, 255, 255] : [0, 0, 0],
  };
}

export const cssColour = (rgb: Rgb): string => `rgb(${rgb.map(Math.round).join(', ')})`;

function interpolate(stops: readonly Stop[], place: number): Rgb {
  const at = place * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(at));
  const [a, b] = [okLab(stops[index]!), okLab(stops[index + 1]!)];
  const part = at - index;
  return toRgb(a.map((value, axis) => value + (b[axis]! - value) * part) as unknown as Rgb);
}

function okLab([lightness, chroma, hue]: Stop): Rgb {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** sRGB in [0, 255] of an OKLab colour (Ottosson 2020), clipped. */
function toRgb([lightness, a, b]: Rgb): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((channel) => {
    const c = Math.min(1, Math.max(0, channel));
    return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
  }) as unknown as Rgb;
}
