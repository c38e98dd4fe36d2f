/** A box around an object, in pixels of its image: columns left to right − 1 and rows top to bottom − 1. */
export interface ObjectBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The boxes of an image and, where known, the size of the image that they were drawn on. */
export interface ObjectBoxes {
  boxes: ObjectBox[];
  width?: number;
  height?: number;
}

/** A malformed annotation file. The message names the file, the line or element, and what is expected. */
export class AnnotationError extends Error {
  override readonly name = 'AnnotationError';
}

/** A box from its corner pixels, both inclusive. @throws AnnotationError where they do not make a box */
export function boxOfCorners(where: string, corners: readonly number[]): ObjectBox {
  const [left, top, right, bottom] = corners;
  if (!corners.every((corner) => Number.isFinite(corner) && corner >= 0) || right < left || bottom < top) {
    throw new AnnotationError(
      `${where}: ${corners.join(', ')} is not a box: expected left, top, right and bottom, at least 0, right not below left and bottom not below top`,
    );
  }
  return { left, top, right: right + 1, bottom: bottom + 1 };
}
