import { expect, test } from 'vitest';
import { type Figure, figureSvg, layoutFigure } from '../../../trainer/explain/picture/figure';

const figure: Figure = {
  input: 'fog 3',
  headings: ['vanilla', 'a run with quite a long name, main'],
  rows: [
    {
      original: { png: 'AAAA', caption: 'circle' },
      cells: [
        { png: 'BBBB', caption: 'circle 93.1 %', isRight: true },
        { png: 'CCCC', caption: '<ring> 51.0 %', isRight: false },
      ],
    },
    { original: { png: 'DDDD', caption: '' }, cells: [undefined, { png: 'EEEE', caption: 'star 20.0 %' }] },
  ],
};

test('a row an image, a column a run: pictures of an inch with their captions', () => {
  const { width, height, pictures, texts } = layoutFigure(figure);
  expect(pictures.map(({ png, side }) => [png, side])).toEqual(
    ['AAAA', 'BBBB', 'CCCC', 'DDDD', 'EEEE'].map((png) => [png, 25.4]),
  );
  expect(pictures[1]!.y).toBe(pictures[0]!.y);
  expect(pictures[3]!.x).toBe(pictures[0]!.x);
  for (const { x, y, side } of pictures) {
    expect(x + side).toBeLessThan(width);
    expect(y + side).toBeLessThan(height);
  }
  expect(texts.map(({ text }) => text)).toEqual([
    ...['fog 3', 'vanilla', 'a run with quite a long name, main'],
    ...['circle', 'circle 93.1 % ✓', '<ring> 51.0 % ✗'],
    ...['', '–', 'star 20.0 %'],
  ]);
  expect(texts.map(({ fitWidth }) => fitWidth !== undefined).slice(0, 3)).toEqual([false, false, true]);
});

test('as SVG, in millimetres or in dots, with text escaped', () => {
  const svg = figureSvg(figure);
  expect(svg).toMatch(/^<svg [^>]*width="84.2mm"/);
  expect(svg).toContain('&lt;ring&gt; 51.0 % ✗');
  expect(svg).not.toContain('<ring>');
  expect(svg.match(/<image /g)).toHaveLength(5);
  expect(svg).toContain('textLength="25.4"');
  expect(figureSvg(figure, 300)).toMatch(/^<svg [^>]*width="994"/);
});
