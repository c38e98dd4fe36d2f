import { contrast, luminance, minDistance, okLabDistance, parseColour, type Rgb } from './colour-vision';

/** Hues in the order in which runs get them; everybody tells the first two apart. */
export const hues = ['blue', 'orange', 'green', 'purple', 'yellow', 'red', 'neutral', 'brown'] as const;
export type Hue = (typeof hues)[number];

/** For hues whose theme colour cannot be used: relatives of Okabe and Ito's set, for a dark and for a light background. */
const fallbacks: Readonly<Record<Hue, readonly [onDark: string, onLight: string]>> = {
  blue: ['#56b4e9', '#0072b2'],
  orange: ['#e69f00', '#c75b00'],
  green: ['#00c08b', '#00805c'],
  purple: ['#e07fb5', '#a3457f'],
  yellow: ['#f0e442', '#8a7000'],
  red: ['#e8604c', '#b00020'],
  neutral: ['#f5f5f5', '#1f1f1f'],
  brown: ['#9a6a3a', '#6b3a16'],
};

/** Graphics need a contrast of 3 with their background (WCAG 2.1, 1.4.11). */
const minContrast = 3;
/** Distance in OKLab; below about this, thin lines look alike at a glance. */
const minUsableDistance = 0.08;

/**
 * Colours for runs: hue by hue that of the theme, or else our own, if everyone can tell it from those before it and see it
 * on the background. At least two.
 * @param themeColours what the theme's charts use for a hue
 */
export function runPalette(themeColours: Partial<Record<Hue, string>>, background: string): string[] {
  const ground = parseColour(background) ?? [30, 30, 30];
  const own = (hue: Hue) => fallbacks[hue][luminance(ground) < 0.2 ? 0 : 1];
  const chosen: { text: string; rgb: Rgb }[] = [];
  const usable = (text: string | undefined): Rgb | undefined => {
    const rgb = text === undefined ? undefined : parseColour(text);
    if (rgb === undefined || contrast(rgb, ground) < minContrast) return undefined;
    return chosen.every((other) => minDistance(other.rgb, rgb) >= minUsableDistance) ? rgb : undefined;
  };
  for (const hue of hues) {
    for (const text of [themeColours[hue], own(hue)]) {
      const rgb = usable(text);
      if (text === undefined || rgb === undefined || nearestHue(rgb, own) !== hue) continue;
      chosen.push({ text, rgb });
      break;
    }
  }
  return chosen.length >= 2 ? chosen.map(({ text }) => text) : [own('blue'), own('orange')];
}

/** Some themes call a dark blue orange. */
function nearestHue(rgb: Rgb, own: (hue: Hue) => string): Hue {
  const distance = (hue: Hue) => okLabDistance(rgb, parseColour(own(hue))!);
  return hues.reduce((nearest, hue) => (distance(hue) < distance(nearest) ? hue : nearest));
}

/** The colour with another opacity, for canvas and CSS. */
export function withAlpha(colour: string, alpha: number): string {
  const rgb = parseColour(colour);
  return rgb === undefined ? colour : `rgba(${rgb.join(', ')}, ${alpha})`;
}
