import { AnnotationError, boxOfCorners, type ObjectBoxes } from './object-box';

/** Annotations of one image are a few KB. */
const maximumLength = 1_000_000;

/**
 * Reads a PASCAL VOC annotation, as ImageNet's localisation task has one for each image: `annotation` with `size` (`width`,
 * `height`) and for each object `object` with `bndbox` (`xmin`, `ymin`, `xmax`, `ymax`). Corner pixels belong to the box and
 * count from 0. Elements are looked for by name; entities and DOCTYPE are refused, attributes and comments passed over.
 *
 * @param file named in errors
 * @throws AnnotationError
 */
export function parsePascalBoxes(xml: string, file: string): ObjectBoxes {
  if (xml.length > maximumLength)
    throw new AnnotationError(`${file} is no annotation: it has ${xml.length} characters`);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) {
    throw new AnnotationError(`${file} has a DOCTYPE or an entity, which annotations do not: it is not read`);
  }
  const text = withoutComments(xml);
  const annotation = contentsOf(text, 'annotation')[0];
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

function withoutComments(xml: string): string {
  let text = '';
  for (let at = 0; ; ) {
    const start = xml.indexOf('<!--', at);
    if (start === -1) return text + xml.slice(at);
    const end = xml.indexOf('-->', start + 4);
    text += xml.slice(at, start);
    if (end === -1) return text;
    at = end + 3;
  }
}

/** What stands between the tags of every element of a name, in order. Elements of a name do not contain each other. */
function contentsOf(xml: string, name: string): string[] {
  const contents: string[] = [];
  const close = `</${name}>`;
  for (let at = 0; ; ) {
    const open = xml.indexOf(`<${name}`, at);
    if (open === -1) return contents;
    const begin = xml.indexOf('>', open) + 1;
    // Another name that begins alike, such as <objects> for <object>.
    const isOther = /[^\s/>]/.test(xml[open + name.length + 1] ?? '');
    const end = isOther || begin === 0 || xml[begin - 2] === '/' ? -1 : xml.indexOf(close, begin);
    if (end === -1) at = open + 1;
    else {
      contents.push(xml.slice(begin, end));
      at = end + close.length;
    }
  }
}

function numberIn(xml: string, name: string, where: string): number {
  const content = contentsOf(xml, name)[0]?.trim();
  const value = Number(content);
  if (content === undefined || content === '' || !Number.isFinite(value)) {
    throw new AnnotationError(
      `${where}: <${name}> ${content === undefined ? 'is missing' : `is "${content.slice(0, 40)}"`}; expected is a number of pixels`,
    );
  }
  return value;
}
