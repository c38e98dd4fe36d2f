import { AnnotationError, boxOfCorners, type ObjectBox } from './object-box';

/**
 * Reads Tiny-ImageNet's lists of boxes, one image a line, separated by tabs: `<class>_boxes.txt` (file name, left, top, right,
 * bottom) and `val_annotations.txt` (file name, class, left, top, right, bottom). Corner pixels belong to the box and count
 * from 0.
 *
 * @param file named in errors
 * @returns the boxes by file name
 * @throws AnnotationError naming the line
 */
export function parseTinyImagenetBoxes(text: string, file: string): Map<string, ObjectBox[]> {
  const boxes = new Map<string, ObjectBox[]>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const fields = line.split('\t');
    if (fields.length !== 5 && fields.length !== 6) {
      throw new AnnotationError(
        `${file}, line ${i + 1}: expected a file name, in val_annotations.txt a class, and the four numbers of a box, separated by tabs, not "${line.slice(0, 80)}"`,
      );
    }
    const corners = fields.slice(-4).map((field) => (field.trim() === '' ? Number.NaN : Number(field)));
    const box = boxOfCorners(`${file}, line ${i + 1}`, corners);
    const before = boxes.get(fields[0]);
    if (before) before.push(box);
    else boxes.set(fields[0], [box]);
  }
  return boxes;
}
