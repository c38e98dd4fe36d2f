import { formatPercent } from '../shared/number-format';
import type { CamCell, CamColumn } from './cam-table';

/** What stands under a picture. */
export interface CellText {
  /** The predicted class. */
  caption: string;
  /** Its confidence, with a mark where it is known to be right or wrong. */
  confidence: string;
  /** Which map is shown, where it is not the predicted class's. */
  note: string;
  isRight?: boolean;
  /** All of it, for assistive technology. */
  label: string;
}

/**
 * @param place of the cell: image and column in words
 * @param readable what a class is called where people read
 * @param problem what is wrong with the image, where that is why there is no map
 */
export function cellText(
  cell: CamCell,
  place: string,
  readable: (name: string | undefined) => string,
  problem?: string,
): CellText {
  switch (cell.state) {
    case 'message': {
      const reason = problem === undefined ? '' : ` It ${problem}`;
      return { caption: '', confidence: '', note: '', label: `${place}: ${cell.text}${reason}` };
    }
    case 'difference': {
      const name = readable(cell.classes[cell.shown]);
      const [least, most] = [Math.min(...Array.from(cell.grid.values)), Math.max(...Array.from(cell.grid.values))];
      const span = `${least.toPrecision(2)} to ${most.toPrecision(2)}`;
      return { caption: span, confidence: '', note: `map of ${name}`, label: `${place}: ${span} map of ${name}` };
    }
    case 'map': {
      const { predicted, probabilities, isRight, shown } = cell.explanation;
      const mark = isRight === undefined ? '' : isRight ? ' ✓' : ' ✗';
      const name = readable(cell.classes[predicted]);
      const confidence = formatPercent(probabilities[predicted]);
      const isOther = shown !== undefined && shown !== predicted;
      const note = isOther ? `map of ${readable(cell.classes[shown])}, ${formatPercent(probabilities[shown])}` : '';
      const verdict = isRight === undefined ? '' : isRight ? ', right' : ', wrong';
      return {
        caption: name,
        confidence: `${confidence}${mark}`,
        note,
        ...(isRight !== undefined && { isRight }),
        // What is seen is part of what is heard.
        label: `${place}: ${name} ${confidence}${mark}${note === '' ? '' : ` ${note}`}${verdict}`,
      };
    }
  }
}

/** What a column shows: "main", "aux" or "main − aux". */
export const kindLabel = ({ kind }: Pick<CamColumn, 'kind'>): string => (kind === 'difference' ? 'main − aux' : kind);

/** The end of a path, by which images are told apart; all of it is in the cell's label. */
export const nameOfImage = (path: string): string => path.split(/[\\/]/).at(-1) || path;
