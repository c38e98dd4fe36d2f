/**
 * Rows of cells as lines, with two blanks between columns as wide as their widest cells.
 * @param isRight of each column, whether it is aligned to the right
 */
export function alignedLines(rows: readonly (readonly string[])[], isRight: readonly boolean[]): string[] {
  const widths = isRight.map((_, index) => Math.max(...rows.map((cells) => displayWidth(cells[index]!))));
  const padded = (text: string, index: number) => {
    const blanks = ' '.repeat(widths[index]! - displayWidth(text));
    return isRight[index] ? `${blanks}${text}` : `${text}${blanks}`;
  };
  return rows.map((cells) => cells.map(padded).join('  ').trimEnd());
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** East Asian scripts and pictures take two columns of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Letters that take one column each. */
const narrow = /^[ -\u02ff\u2012-\u2027★−]*$/;

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}
