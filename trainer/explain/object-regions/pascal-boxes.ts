import { AnnotationError, boxOfCorners, type ObjectBoxes } from './object-box';

/** Annotations of one image are a few KB. */
const maxLength = 1_000_000;

/**
 * Reads a PASCAL VOC annotation, as ImageNet's localisation task has one for each image: `annotation` with `size` (`width`,
 * `height`) and for each object `object` with `bndbox` (`xmin`, `ymin`, `xmax`, `ymax`). Corner pixels belong to the box and
 * count from 0. Elements are found by name; attributes and comments are ignored, entities and DOCTYPE refused.
 *
 * @param file named in errors
 * @throws AnnotationError
 */
export function parsePascalBoxes(xml: string, file: string): ObjectBoxes {
  if (xml.length > maxLength)
    throw new AnnotationError(`${file} is not an annotation: it has ${xml.length} characters`);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) {
    throw new AnnotationError(`${file} has a DOCTYPE or an entity, which annotations do not have: it is not read`);
  }
  const annotation = contentsOf(xml.replace(/<!--.*?(?:-->|$)/gs, ''), 'annotation')[0];
  if (annotation === undefined)
    throw new AnnotationError(`${file} has no element <annotation>: is it a PASCAL VOC file?`);
  const boxes = contentsOf(annotation, 'object').flatMap((object, i) =>
    contentsOf(object, 'bndbox').map((box) => {
      const where = `${file}, object ${i + 1}`;
      return boxOfCorners(
        where,
        ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => numberIn(box, name, where)),
      );
    }),
  );
  if (boxes.length === 0) throw new AnnotationError(`${file} has no <object> with a <bndbox>`);
  const size = contentsOf(annotation, 'size')[0];
  if (size === undefined) return { boxes };
  const [width, height] = ['width', 'height'].map((name) => numberIn(size, name, `${file}, size`));
  return width > 0 && height > 0 ? { boxes, width, height } : { boxes };
}

/** The contents of all elements of a name, in order. Elements of one name must not be nested. */
function contentsOf(xml: string, name: string): string[] {
  const afterOpeningTag = new RegExp(`<${name}(?:\\s[^<>]*)?(?<!/)>(.*)$`, 's');
  const untilClosingTags = xml.split(`</${name}>`).slice(0, -1);
  return untilClosingTags.flatMap((before) => afterOpeningTag.exec(before)?.[1] ?? []);
}

function numberIn(xml: string, name: string, where: string): number {
  const content = contentsOf(xml, name)[0]?.trim();
  const value = Number(content);
  if (content === undefined || content === '' || !Number.isFinite(value)) {
    throw new AnnotationError(
      `${where}: <${name}> ${content === undefined ? 'is missing' : `is "${content.slice(0, 40)}"`}; expected a number of pixels`,
    );
  }
  return value;
}
