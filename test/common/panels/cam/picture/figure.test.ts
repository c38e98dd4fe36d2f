import { expect, test } from 'vitest';
import { type Figure, figureSvg, layoutFigure } from '../../../../../common/panels/cam/picture/figure';

const figure: Figure = {
  input: 'fog 3',
  headings: ['vanilla', 'a run with quite a long name, main'],
  rows: [
    {
      original: { png: 'AAAA', caption: 'circle' },
      cells: [
        { png: 'BBBB', caption: 'circle', confidence: '93.1 %', isRight: true },
        { png: 'CCCC', caption: '<ring>', confidence: '51.0 %', isRight: false },
      ],
    },
    {
      original: { png: 'DDDD', caption: '' },
      cells: [undefined, { png: 'EEEE', caption: 'star', confidence: '20.0 %' }],
    },
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
    ...['fog 3', 'vanilla', 'a run with quite a long name', 'main'],
    ...['circle', 'circle 93.1 % ✓', '<ring> 51.0 % ✗'],
    ...['', '–', 'star 20.0 %'],
  ]);
  const [input, vanilla, longName, branch] = texts;
  expect([input!.y, vanilla!.y]).toEqual([branch!.y, branch!.y]);
  expect(longName!.y).toBeLessThan(branch!.y);
  expect(longName!.size).toBeLessThan(branch!.size);
});

test('where a class with its confidence is too long, the confidences of the row go below', () => {
  const salamander = { png: 'BBBB', caption: 'European fire salamander', confidence: '12.3 %', isRight: false };
  const { height, pictures, texts } = layoutFigure({
    ...figure,
    rows: [{ ...figure.rows[0]!, cells: [salamander] }, figure.rows[1]!],
  });
  const find = (text: string) => texts.find((each) => each.text === text)!;
  expect(find('12.3 % ✗').y).toBeGreaterThan(find('European fire salamander').y);
  expect(find('European fire salamander').y).toBe(find('circle').y);
  expect(find('12.3 % ✗').y).toBeLessThan(pictures[2]!.y);
  expect(find('star 20.0 %').y).toBeLessThan(height);
  // All of it is in its column, as wide as the picture.
  for (const { text, size } of texts) expect(0.55 * size * text.length).toBeLessThanOrEqual(25.4 + 1e-9);
});

test('as SVG, in millimetres or in dots, with text escaped', () => {
  const svg = figureSvg(figure);
  expect(svg).toMatch(/^<svg [^>]*width="84.2mm"/);
  expect(svg).toContain('&lt;ring&gt; 51.0 % ✗');
  expect(svg).not.toContain('<ring>');
  expect(svg.match(/<image /g)).toHaveLength(5);
  expect(svg).toMatch(/font-size="1\.\d+" fill="#000">a run with quite a long name</);
  expect(figureSvg(figure, 300)).toMatch(/^<svg [^>]*width="994"/);
});
