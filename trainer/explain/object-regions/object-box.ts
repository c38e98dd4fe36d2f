/** A box around an object, in pixels of its image: columns left to right − 1 and rows top to bottom − 1. */
export interface ObjectBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The boxes of an image, and the size of the image that they were drawn on, where it is known. */
export interface ObjectBoxes {
  boxes: ObjectBox[];
  width?: number;
  height?: number;
}

/** An annotation file that is not what it should be. The message names the file, the line or element, and what is expected. */
export class AnnotationError extends Error {
  override readonly name = 'AnnotationError';
}

/** A box of corner pixels, both of which belong to it. @throws AnnotationError where they are no box */
export function boxOfCorners(where: string, corners: readonly number[]): ObjectBox {
  const [left, top, right, bottom] = corners;
  if (!corners.every((corner) => Number.isFinite(corner) && corner >= 0) || right < left || bottom < top) {
    throw new AnnotationError(
      `${where}: ${corners.join(', ')} is no box; expected are left, top, right and bottom of at least 0, right and bottom not before left and top`,
    );
  }
  return { left, top, right: right + 1, bottom: bottom + 1 };
}
