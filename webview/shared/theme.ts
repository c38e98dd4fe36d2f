import { hues, runPalette, withAlpha } from './palette';

/** What drawing needs of the theme, as a canvas takes it. */
export interface Theme {
  background: string;
  foreground: string;
  /** Labels of axes. */
  mutedForeground: string;
  gridLine: string;
  axisLine: string;
  fontFamily: string;
  /** In CSS pixels. */
  fontSize: number;
  highContrast: boolean;
  /** Colours for runs, in the order in which they are given out. */
  runColours: readonly string[];
}

/** Reads the theme from the `--vscode-*` variables of the page. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const token = (...names: string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ?? '';
  const highContrast = document.body.className.includes('vscode-high-contrast');
  const background = token('editor-background') || '#1f1f1f';
  const foreground = token('charts-foreground', 'foreground') || '#cccccc';
  const lines = token('charts-lines', 'charts-foreground', 'foreground') || foreground;
  return {
    background,
    foreground,
    mutedForeground: highContrast ? foreground : token('descriptionForeground') || foreground,
    gridLine: withAlpha(lines, highContrast ? 0.35 : 0.12),
    axisLine: withAlpha(lines, highContrast ? 1 : 0.35),
    fontFamily: token('font-family') || 'sans-serif',
    fontSize: Number.parseFloat(token('font-size')) || 13,
    highContrast,
    runColours: runPalette(Object.fromEntries(hues.map((hue) => [hue, token(`charts-${hue}`)])), background),
  };
}

/** Calls back after the theme changed: VS Code changes the body's class and the root's style, a report follows the system. */
export function onThemeChange(callback: () => void): void {
  const observer = new MutationObserver(callback);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', callback);
}
