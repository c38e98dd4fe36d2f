/** A picture of the figure with what stands under it. */
export interface FigureCell {
  /** PNG bytes in base64. */
  png: string;
  /** Under the picture: a class. */
  caption: string;
  /** Of a prediction: "93.1 %". */
  confidence?: string;
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
  /** Over the columns after it: "RUN" or "RUN, BRANCH". */
  headings: readonly string[];
  rows: readonly FigureRow[];
}

/** Where the parts of a figure go, in millimetres. */
export interface FigureLayout {
  width: number;
  height: number;
  /** Squares of `side`, by their upper left corner. */
  pictures: { png: string; x: number; y: number; side: number }[];
  /** Lines of text, centred on x, their baseline at y; `size` of the font. */
  texts: { text: string; x: number; y: number; size: number; colour: string }[];
}

/** Millimetres: a column of a paper takes three or four pictures. */
const cell = 25.4;
const gap = 2;
const heading = 5;
const caption = 6;
const line = 3;
const fontSize = 2.4;
/** Width of a character, as a share of the font's size: a mean, with some to spare. */
const characterWidth = 0.55;
export const figureFont = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/**
 * The layout of the paper's Fig. 3: a row an image, in the first column as it is, then run by run and branch by branch with
 * map, predicted class and confidence. ✓ and ✗ mark right and wrong ones. What is too long for its column takes two lines, and is
 * set smaller where that is not enough.
 */
export function layoutFigure({ input, headings, rows }: Figure): FigureLayout {
  const columns = headings.length + 1;
  const left = (column: number) => gap + column * (cell + gap);
  const middle = (column: number) => left(column) + cell / 2;
  const texts: FigureLayout['texts'] = [];
  const put = (text: string, column: number, y: number, colour: string) => {
    const size = Math.min(fontSize, cell / (characterWidth * Math.max(1, text.length)));
    texts.push({ text, x: middle(column), y, size, colour });
  };
  const titles = [input, ...headings].map((text) => (isLong(text) ? splitTitle(text) : [text]));
  const top = gap + heading + (Math.max(...titles.map((lines) => lines.length)) - 1) * line;
  for (const [column, lines] of titles.entries()) {
    for (const [index, text] of lines.entries()) put(text, column, top - 2 - (lines.length - 1 - index) * line, '#000');
  }
  const pictures: FigureLayout['pictures'] = [];
  let y = top;
  for (const { original, cells } of rows) {
    const all = [original, ...cells];
    const isTall = all.some(
      (each) => each?.confidence !== undefined && isLong(`${each.caption} ${confidenceOf(each)}`),
    );
    for (const [column, each] of all.entries()) {
      if (!each) {
        put('–', column, y + cell / 2, '#555');
        continue;
      }
      pictures.push({ png: each.png, x: left(column), y, side: cell });
      const colour = each.isRight === false ? '#a4001d' : '#000';
      const said = [each.caption, confidenceOf(each)].filter((part) => part !== '');
      for (const [index, text] of (isTall ? said : [said.join(' ')]).entries()) {
        put(text, column, y + cell + 3.2 + index * line, colour);
      }
    }
    y += cell + caption + (isTall ? line : 0);
  }
  return { width: columns * (cell + gap) + gap, height: y, pictures, texts };
}

function confidenceOf({ confidence, isRight }: FigureCell): string {
  const mark = isRight === undefined ? '' : isRight ? '✓' : '✗';
  return [confidence, mark].filter((part) => part).join(' ');
}

const isLong = (text: string): boolean => text.length * fontSize * characterWidth > cell;

/** The branch goes below its run. */
function splitTitle(text: string): string[] {
  const comma = text.lastIndexOf(', ');
  return comma === -1 ? [text] : [text.slice(0, comma), text.slice(comma + 2)];
}

/**
 * The figure as SVG.
 * @param dotsPerInch gives width and height in pixels at this resolution; else they are in millimetres
 */
export function figureSvg(figure: Figure, dotsPerInch?: number): string {
  const { width, height, pictures, texts } = layoutFigure(figure);
  const length = (millimetres: number) =>
    dotsPerInch === undefined ? `${round(millimetres)}mm` : String(Math.round((millimetres / 25.4) * dotsPerInch));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${length(width)}" height="${length(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="${figureFont}" text-anchor="middle">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...pictures.map(
      ({ png, x, y, side }) =>
        `<image x="${round(x)}" y="${round(y)}" width="${side}" height="${side}" href="data:image/png;base64,${png}"/>`,
    ),
    ...texts.map(
      ({ text, x, y, size, colour }) =>
        `<text x="${round(x)}" y="${round(y)}" font-size="${round(size)}" fill="${colour}">${escaped(text)}</text>`,
    ),
  ];
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const round = (millimetres: number): number => Number(millimetres.toFixed(2));
