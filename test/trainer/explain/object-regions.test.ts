import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxFinder } from '../../../trainer/explain/object-regions/find-boxes';
import { AnnotationError } from '../../../trainer/explain/object-regions/object-box';
import { parsePascalBoxes } from '../../../trainer/explain/object-regions/pascal-boxes';
import { regionMask } from '../../../trainer/explain/object-regions/region-mask';
import { parseTinyImagenetBoxes } from '../../../trainer/explain/object-regions/tiny-imagenet-boxes';
import { temporaryFolder } from '../data/temporary-folder';

const object = (box: string) => `<object><name>n01</name><bndbox>${box}</bndbox></object>`;
const box = (xmin: number, ymin: number, xmax: number, ymax: number) =>
  `<xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax>`;
const size = '<size><width>500</width><height>375</height><depth>3</depth></size>';
const annotation = (contents: string) =>
  `<?xml version="1.0"?>\n<annotation verified="no">\n${contents}\n</annotation>\n`;

describe('ImageNet’s XML', () => {
  test('gives the boxes of all objects and the size of the image', () => {
    const xml = annotation(
      `<filename>a</filename>${size}${object(box(1, 2, 30, 40))}<!-- ${object(box(0, 0, 1, 1))} -->${object(box(5, 6, 7, 8))}`,
    );
    expect(parsePascalBoxes(xml, 'a.xml')).toEqual({
      width: 500,
      height: 375,
      boxes: [
        { left: 1, top: 2, right: 31, bottom: 41 },
        { left: 5, top: 6, right: 8, bottom: 9 },
      ],
    });
  });

  test('spaces, attributes and elements of similar names do not matter', () => {
    const xml = annotation(
      `<objects>none</objects><object id="1">\n <bndbox >\n<ymax> 4 </ymax><xmin>1</xmin><ymin>2</ymin><xmax>3.5</xmax></bndbox></object>`,
    );
    expect(parsePascalBoxes(xml, 'a.xml')).toEqual({ boxes: [{ left: 1, top: 2, right: 4.5, bottom: 5 }] });
  });

  test.each([
    ['', 'a.xml has no element <annotation>'],
    [annotation(size), 'a.xml has no <object> with a <bndbox>'],
    [annotation(object('<xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>')), 'a.xml, object 1: <ymax> is missing'],
    [annotation(object(box(1, 1, 2, 2).replace('>2<', '>two<'))), 'a.xml, object 1: <xmax> is "two"'],
    [annotation(object(box(5, 1, 2, 2))), 'a.xml, object 1: 5, 1, 2, 2 is not a box'],
    [annotation(object(box(-5, 1, 2, 2))), 'a.xml, object 1: -5, 1, 2, 2 is not a box'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', 'a.xml has a DOCTYPE or an entity'],
    ['x'.repeat(2_000_000), 'a.xml is not an annotation'],
  ])('%.60s is refused by name', (xml, message) => {
    expect(() => parsePascalBoxes(xml, 'a.xml')).toThrow(AnnotationError);
    expect(() => parsePascalBoxes(xml, 'a.xml')).toThrow(message);
  });

  test('nothing but an AnnotationError comes of pieces put together at random', () => {
    const piece = fc.constantFrom(
      ...[
        '<annotation>',
        '</annotation>',
        '<object>',
        '</object>',
        '<bndbox>',
        '</bndbox>',
        '<',
        '>',
        '<!--',
        '-->',
        '1',
      ],
      ...['<xmin>', '</xmin>', '<object/>', '<size>', '</size>', box(1, 2, 3, 4)],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parsePascalBoxes(pieces.join(''), 'a.xml');
        } catch (error) {
          expect(error).toBeInstanceOf(AnnotationError);
        }
      }),
    );
  });
});

describe('Tiny-ImageNet’s lists', () => {
  test('of a class', () => {
    const boxes = parseTinyImagenetBoxes(
      'n01443537_0.JPEG\t0\t10\t63\t58\r\nn01443537_1.JPEG\t3\t3\t4\t4\n',
      'boxes.txt',
    );
    expect(boxes.get('n01443537_0.JPEG')).toEqual([{ left: 0, top: 10, right: 64, bottom: 59 }]);
    expect(boxes.size).toBe(2);
  });

  test('of the validation images', () => {
    const boxes = parseTinyImagenetBoxes('val_0.JPEG\tn03444034\t0\t32\t44\t62\n', 'val_annotations.txt');
    expect(boxes.get('val_0.JPEG')).toEqual([{ left: 0, top: 32, right: 45, bottom: 63 }]);
  });

  test.each([
    ['a.JPEG\t1\t2\t3', 'boxes.txt, line 1: expected a file name'],
    ['a.JPEG\t1\t2\t3\t4\nb.JPEG\t1\t2\t\t4', 'boxes.txt, line 2: 1, 2, NaN, 4 is not a box'],
    ['a.JPEG\t9\t2\t3\t4', 'boxes.txt, line 1: 9, 2, 3, 4 is not a box'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseTinyImagenetBoxes(text, 'boxes.txt')).toThrow(message);
  });
});

describe('the region in the image as the network sees it', () => {
  const boxes = [{ left: 1, top: 0, right: 3, bottom: 2 }];

  test('is the box where the image has the right size', () => {
    const mask = regionMask({ boxes }, { width: 4, height: 4 }, 4);
    expect([...mask!]).toEqual([0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('follows resizing and the centre crop', () => {
    // 32 × 64 becomes 16·256/224 = 18 × 36, of which the middle 16 × 16 is left: columns 8 to 56 of 64 vanish but for the middle.
    const mask = regionMask({ boxes: [{ left: 32, top: 0, right: 64, bottom: 32 }] }, { width: 64, height: 32 }, 16)!;
    const rows = Array.from({ length: 16 }, (_, y) => [...mask.subarray(16 * y, 16 * y + 16)].join(''));
    expect(new Set(rows)).toEqual(new Set(['0000000011111111']));
  });

  test('scales a box that was drawn on another size', () => {
    const mask = regionMask(
      { boxes: [{ left: 2, top: 0, right: 6, bottom: 4 }], width: 8, height: 8 },
      { width: 4, height: 4 },
      4,
    );
    expect([...mask!]).toEqual([0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('is not there where the crop leaves nothing of it', () => {
    expect(
      regionMask({ boxes: [{ left: 0, top: 0, right: 4, bottom: 8 }] }, { width: 64, height: 16 }, 16),
    ).toBeUndefined();
  });
});

describe('where the boxes of an image are looked for', () => {
  function folderWith(files: Record<string, string>): BoxFinder {
    const root = temporaryFolder();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return new BoxFinder(root);
  }

  const xml = annotation(object(box(1, 2, 3, 4)));
  test.each([
    ['val/n01/a.xml'],
    ['val/n01/a.XML'],
    ['Annotations/val/n01/a.xml'],
    ['Annotations/n01/a.xml'],
    ['Annotations/CLS-LOC/a.xml'],
    ['annotations/a.xml'],
  ])('%s', (place) => {
    expect(folderWith({ [place]: xml }).find('val/n01/a.JPEG')?.boxes).toHaveLength(1);
  });

  test('train/n01/n01_boxes.txt and val/val_annotations.txt, for the images below', () => {
    const finder = folderWith({
      'train/n01/n01_boxes.txt': 'n01_0.JPEG\t0\t10\t63\t58\n',
      'val/val_annotations.txt': '\ufeffval_0.JPEG\tn01\t0\t32\t44\t62\n',
    });
    expect(finder.find('train/n01/images/n01_0.JPEG')?.boxes).toHaveLength(1);
    expect(finder.find('val/images/val_0.JPEG')?.boxes).toHaveLength(1);
    expect(finder.find('val/images/n01/val_0.JPEG')?.boxes).toHaveLength(1);
    expect(finder.find('val/images/val_1.JPEG')).toBeUndefined();
  });
});
