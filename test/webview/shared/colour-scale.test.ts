import { describe, expect, test } from 'vitest';
import { colourScale, cssColour } from '../../../webview/shared/colour-scale';
import { contrast, luminance, minDistance, parseColour } from '../../../webview/shared/colour-vision';
import { themes } from '../themes';

const places = Array.from({ length: 11 }, (_, index) => index / 10);

for (const [name, { variables }] of Object.entries(themes)) {
  const background = parseColour(variables['editor-background'])!;

  describe(`colours in the theme ${name}`, () => {
    const amount = colourScale('amount', variables['editor-background']);

    test('amounts go steadily away from the background, and everybody sees each tenth', () => {
      const colours = places.map(amount.colourAt);
      const isDark = luminance(background) < 0.2;
      for (const [index, colour] of colours.slice(1).entries()) {
        const [before, here] = [luminance(colours[index]!), luminance(colour)];
        if (isDark) expect(here).toBeGreaterThan(before);
        else expect(here).toBeLessThan(before);
        expect(minDistance(colours[index]!, colour)).toBeGreaterThan(0.03);
      }
      expect(contrast(colours.at(-1)!, background)).toBeGreaterThan(10);
    });

    test('values that are not finite look like none of the scale', () => {
      for (const place of places) expect(minDistance(amount.colourAt(place), amount.notFinite)).toBeGreaterThan(0.07);
    });

    test('differences have two arms that everybody tells apart', () => {
      const { colourAt } = colourScale('difference', variables['editor-background']);
      for (const size of [0.15, 0.3, 0.5]) {
        expect(minDistance(colourAt(0.5 - size), colourAt(0.5 + size))).toBeGreaterThan(0.07);
        expect(minDistance(colourAt(0.5), colourAt(0.5 + size))).toBeGreaterThan(0.05);
      }
    });
  });
}

test('colours as CSS has them, and places beyond the ends', () => {
  const { colourAt } = colourScale('amount', '#000000');
  expect(cssColour(colourAt(-1))).toBe(cssColour(colourAt(0)));
  expect(cssColour(colourAt(2))).toMatch(/^rgb\(\d+, \d+, \d+\)$/);
});
