import { hues, runPalette, withAlpha } from './palette';

/** The theme's values that drawing needs, as canvas takes them. */
export interface Theme {
  background: string;
  foreground: string;
  /** Labels of axes. */
  mutedForeground: string;
  gridLine: string;
  axisLine: string;
  hoverBackground: string;
  hoverForeground: string;
  hoverBorder: string;
  fontFamily: string;
  /** In CSS pixels. */
  fontSize: number;
  highContrast: boolean;
  /** Colours for runs, to be taken in this order. */
  runColours: readonly string[];
}

/** Reads the theme from the `--vscode-*` variables of the page. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const token = (name: string, ...others: string[]): string => {
    for (const candidate of [name, ...others]) {
      const value = style.getPropertyValue(`--vscode-${candidate}`).trim();
      if (value !== '') return value;
    }
    return '';
  };
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
    hoverBackground: token('editorHoverWidget-background', 'editorWidget-background') || background,
    hoverForeground: token('editorHoverWidget-foreground', 'foreground') || foreground,
    hoverBorder: token('editorHoverWidget-border', 'contrastBorder') || lines,
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
