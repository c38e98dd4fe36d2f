import { describe, expect, test } from 'vitest';
import { contrast, minDistance, parseColour } from '../../../webview/shared/colour-vision';
import { hues, runPalette, withAlpha } from '../../../webview/shared/palette';
import { assignStyles, runStyle } from '../../../webview/shared/run-style';
import { themes } from '../themes';

const paletteOf = (variables: Record<string, string>) => {
  const tokens = Object.fromEntries(hues.map((hue) => [hue, variables[`charts-${hue}`] ?? '']));
  return runPalette(tokens, variables['editor-background']!);
};

describe('colours of runs', () => {
  for (const [name, { variables }] of Object.entries(themes)) {
    test(`in the theme ${name}: at least five, seen on the background and told apart by everyone`, () => {
      const colours = paletteOf(variables).map((text) => parseColour(text)!);
      const background = parseColour(variables['editor-background']!)!;
      expect(colours.length).toBeGreaterThanOrEqual(5);
      for (const [index, colour] of colours.entries()) {
        expect(contrast(colour, background)).toBeGreaterThanOrEqual(3);
        for (const other of colours.slice(0, index)) expect(minDistance(colour, other)).toBeGreaterThanOrEqual(0.08);
      }
    });
  }

  test('are the theme’s where that can be', () => {
    expect(paletteOf(themes.dark.variables).slice(0, 3)).toEqual(['#3794ff', '#d18616', '#89d185']);
  });

  test('are ours where the theme has none, or paints everything alike', () => {
    expect(runPalette({}, '#000000').length).toBeGreaterThanOrEqual(5);
    const grey = Object.fromEntries(hues.map((hue) => [hue, '#808080']));
    expect(runPalette(grey, '#ffffff')).toEqual(runPalette({}, '#ffffff'));
    expect(runPalette({}, 'nonsense').length).toBeGreaterThanOrEqual(5);
    expect(runPalette({}, '#808080').length).toBeGreaterThanOrEqual(2);
  });
});

test('colour notations', () => {
  expect(parseColour('#fff')).toEqual([255, 255, 255]);
  expect(parseColour(' #0a141eff')).toEqual([10, 20, 30]);
  expect(parseColour('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3]);
  expect(parseColour('rgb(1 2 3)')).toEqual([1, 2, 3]);
  expect(parseColour('')).toBeUndefined();
  expect(withAlpha('#0a141e', 0.5)).toBe('rgba(10, 20, 30, 0.5)');
  expect(contrast([255, 255, 255], [0, 0, 0])).toBeCloseTo(21, 6);
});

describe('looks of runs', () => {
  test('a run keeps its look while others come and go', () => {
    const first = assignStyles(['a', 'b', 'c'], {});
    expect(first).toEqual({ a: 0, b: 1, c: 2 });
    expect(assignStyles(['d', 'c', 'a'], first)).toEqual({ c: 2, a: 0, d: 1 });
  });

  test('no two of the first runs look alike, whatever the number of colours', () => {
    for (let count = 2; count <= 8; count++) {
      const theme = { runColours: Array.from({ length: count }, (_, index) => `#00000${index}`) };
      const looks = Array.from({ length: count * 6 }, (_, index) => JSON.stringify(runStyle(index, theme)));
      expect(new Set(looks).size).toBe(count * 6);
    }
  });
});
