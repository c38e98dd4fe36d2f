/** A picture of the figure with what stands under it. */
export interface FigureCell {
  /** PNG bytes in base64. */
  png: string;
  /** Under the picture: the predicted class and its confidence. */
  caption: string;
  /** Whether the prediction is right; absent where that is not known. */
  isRight?: boolean;
}

/** One image through every column; a gap where a run could not explain it. */
export interface FigureRow {
  original: FigureCell;
  cells: (FigureCell | undefined)[];
}

/** What corrupted images are called: "glass blur 3". */
export const inputLabel = (corruption: string, severity: number): string =>
  `${corruption.replaceAll('_', ' ')} ${severity}`;

export interface Figure {
  /** Over the first column: original, or what the images were changed by, such as "fog 3". */
  input: string;
  /** Over the columns after it. */
  headings: readonly string[];
  rows: readonly FigureRow[];
}

/** Where the parts of a figure go, in millimetres. */
export interface FigureLayout {
  width: number;
  height: number;
  /** Squares of `side`, by their upper left corner. */
  pictures: { png: string; x: number; y: number; side: number }[];
  /** Lines of text, centred on x, their baseline at y; `fitWidth`: narrowed to it, because longer than their column. */
  texts: { text: string; x: number; y: number; colour: string; fitWidth?: number }[];
}

/** Millimetres: a column of a paper takes three or four pictures. */
const cell = 25.4;
const gap = 2;
const heading = 5;
const caption = 6;
/** Of all texts, in millimetres. */
export const figureFontSize = 2.4;
export const figureFont = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/**
 * The layout of the paper's Fig. 3: a row an image, in the first column as it is, then run by run and branch by branch with
 * map, predicted class and confidence. ✓ and ✗ mark right and wrong ones.
 */
export function layoutFigure({ input, headings, rows }: Figure): FigureLayout {
  const columns = headings.length + 1;
  const left = (column: number) => gap + column * (cell + gap);
  const layout: FigureLayout = {
    width: columns * (cell + gap) + gap,
    height: gap + heading + rows.length * (cell + caption),
    pictures: [],
    texts: [input, ...headings].map((text, column) => label(text, left(column) + cell / 2, gap + heading - 2, '#000')),
  };
  for (const [i, { original, cells }] of rows.entries()) {
    const top = gap + heading + i * (cell + caption);
    for (const [column, picture] of [original, ...cells].entries()) {
      const middle = left(column) + cell / 2;
      if (!picture) {
        layout.texts.push(label('–', middle, top + cell / 2, '#555'));
        continue;
      }
      layout.pictures.push({ png: picture.png, x: left(column), y: top, side: cell });
      const mark = picture.isRight === undefined ? '' : picture.isRight ? ' ✓' : ' ✗';
      const colour = picture.isRight === false ? '#a4001d' : '#000';
      layout.texts.push(label(picture.caption + mark, middle, top + cell + 3.2, colour));
    }
  }
  return layout;
}

/**
 * The figure as SVG.
 * @param dotsPerInch makes a picture's width and height so many pixels; else they are millimetres
 */
export function figureSvg(figure: Figure, dotsPerInch?: number): string {
  const { width, height, pictures, texts } = layoutFigure(figure);
  const length = (millimetres: number) =>
    dotsPerInch === undefined ? `${round(millimetres)}mm` : String(Math.round((millimetres / 25.4) * dotsPerInch));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${length(width)}" height="${length(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="${figureFont}" font-size="${figureFontSize}" text-anchor="middle">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...pictures.map(
      ({ png, x, y, side }) =>
        `<image x="${round(x)}" y="${round(y)}" width="${side}" height="${side}" href="data:image/png;base64,${png}"/>`,
    ),
    ...texts.map(({ text, x, y, colour, fitWidth }) => {
      const fit = fitWidth === undefined ? '' : ` textLength="${fitWidth}" lengthAdjust="spacingAndGlyphs"`;
      return `<text x="${round(x)}" y="${round(y)}" fill="${colour}"${fit}>${escaped(text)}</text>`;
    }),
  ];
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

function label(text: string, x: number, y: number, colour: string): FigureLayout['texts'][number] {
  const isLong = text.length * figureFontSize * 0.55 > cell;
  return { text, x, y, colour, ...(isLong && { fitWidth: cell }) };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const round = (millimetres: number): number => Number(millimetres.toFixed(2));
