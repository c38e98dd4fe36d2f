import { setImmediate } from 'node:timers/promises';
import { colourTable } from '../../common/panels/cam/picture/colour-maps';
import { normalizeMap } from '../../common/panels/cam/picture/normalize-map';
import { blend, colourMapPixels } from '../../common/panels/cam/picture/overlay';
import { upsample } from '../../common/panels/cam/picture/upsample';
import type { BranchExplanation } from './last-explanation';
import { encodePicture } from './picture-png';
import { type SquarePixels, shownPicture } from './shown-picture';

/** VS Code cuts a hover's text after 100,000 characters; the rest is for what stands under the pictures. */
const maxCharacters = 100_000 - 4000;

/** Sides of pictures, in pixels: three photos of the first nearly always fit, three of the second do whatever they show. */
const sides = [96, 64];

/** As the CAM panel shows it first. */
const opacity = 0.5;

/**
 * A Markdown table: the original, then for each branch the overlay of its predicted class.
 * @param original as the network sees it
 * @param label name of the image's class, if known
 */
export async function hoverTable(
  original: SquarePixels,
  label: string | undefined,
  branches: readonly BranchExplanation[],
): Promise<string> {
  let table = '';
  for (const maxSide of sides) {
    const picture = shownPicture(original, maxSide);
    const columns = [{ title: 'original', name: label ?? '', confidence: '', pixels: picture.pixels }];
    for (const { branch, predicted, confidence, isRight, map } of branches) {
      const mark = isRight === undefined ? '' : isRight ? ' ✓' : ' ✗';
      columns.push({
        title: branch,
        name: predicted,
        confidence: `${(100 * confidence).toFixed(1)} %${mark}`,
        pixels: map === undefined ? picture.pixels : overlay(picture, map),
      });
    }
    const images: string[] = [];
    for (const { title, pixels } of columns) {
      // Other extensions share this process.
      await setImmediate();
      const png = await encodePicture(pixels, picture.side);
      // In a table a bar before the size would end the cell.
      images.push(`![${title}](data:image/png;base64,${png}\\|width=${sides[0]},height=${sides[0]})`);
    }
    const rows = [
      columns.map(({ title }) => title),
      columns.map(() => ':-:'),
      images,
      columns.map(({ name }) => escaped(name)),
      columns.map(({ confidence }) => escaped(confidence)),
    ];
    table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    if (table.length <= maxCharacters) break;
  }
  return table;
}

function overlay(
  { pixels, side }: SquarePixels,
  { values, height, width }: NonNullable<BranchExplanation['map']>,
): Uint8Array {
  const map = upsample(normalizeMap(values), height, width, side, side);
  return blend(pixels, colourMapPixels(map, colourTable('jet')), opacity);
}

/** A name from a data set as nothing but text: the hover has a command in it. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
