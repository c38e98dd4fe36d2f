import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/images/decode';
import type { Box, RgbImage } from '../../../../trainer/data/images/resize';
import { readReferenceFile } from '../../../golden/reference-file';
import { temporaryFolder } from '../temporary-folder';

const references = readReferenceFile(
  join(import.meta.dirname, '..', '..', '..', 'golden', 'image-files', 'image-files.safetensors'),
);
const files = [...references.keys()].filter((name) => !name.endsWith(':pixels'));

/** Where we do otherwise than Pillow, as docs/data-sets.md says: by the kind of file. */
const differences: readonly { kind: RegExp; problem?: RegExp }[] = [
  // Pillow cuts 16 bits of grey off at 255, which leaves a white picture; 16 bits of colour it treats as we do.
  { kind: /^(png|tiff)\/grey-16/ },
  // Pillow cuts these off at 0 and 255 too, whatever their range is.
  { kind: /^tiff\/float/, problem: /^is a TIFF with floating-point values, which is not read: convert it to PNG$/ },
  { kind: /^tiff\/grey-32/, problem: /^is a TIFF with 32 bits a channel, which is not read/ },
  { kind: /^tiff\/grey-signed-16/, problem: /^is a TIFF with signed values, which is not read/ },
  // libvips does not decode them.
  { kind: /^tiff\/lab/, problem: /^is a TIFF with L\*a\*b\* colours, which is not read/ },
  { kind: /^tiff\/six-samples/, problem: /^is damaged, cut off or a TIFF of a kind that is not read: / },
  { kind: /^bmp\/rle/, problem: /^is a BMP with run lengths \(RLE8\), which is not read: convert it to PNG$/ },
];

interface DecodedFile {
  whole: RgbImage;
  part: RgbImage;
}

async function decode(folder: string, name: string): Promise<DecodedFile> {
  const file = join(folder, name.replaceAll('/', '-'));
  writeFileSync(file, references.get(name)!);
  const whole = await decodeImage(file);
  return { whole, part: await decodeImage(file, partOf(whole)) };
}

/** What is left between a third from the left and the right edge, and two rows at the top. */
function partOf({ width, height }: RgbImage): Box {
  const [left, top] = [Math.floor(width / 3), Math.min(2, height - 1)];
  return { left, top, width: width - left, height: Math.ceil((height - top) / 2) };
}

/** How a file is decoded otherwise than it should be, or undefined. */
async function fault(folder: string, name: string): Promise<string | undefined> {
  const expected = references.get(`${name}:pixels`);
  const difference = differences.find(({ kind }) => kind.test(name));
  let decoded: DecodedFile;
  try {
    decoded = await decode(folder, name);
  } catch (error) {
    const { message } = error as Error;
    const problem = difference?.problem ?? (expected ? undefined : /^(?:is|has) /);
    return problem?.test(message) ? undefined : `${name} ${message}`;
  }
  if (!expected || difference?.problem) return `${name} is decoded`;
  const { whole, part } = decoded;
  const box = partOf(whole);
  for (let i = 0; i < part.data.length; i++) {
    const [x, y] = [i % (3 * part.width), Math.floor(i / (3 * part.width))];
    const at = ((box.top + y) * whole.width + box.left) * 3 + x;
    if (part.data[i] !== whole.data[at])
      return `${name}, a part of it: value ${i} is ${part.data[i]}, not ${whole.data[at]}`;
  }
  if (whole.data.length !== expected.length) return `${name} has ${whole.width} × ${whole.height} pixels`;
  const worst = whole.data.reduce((most, level, i) => Math.max(most, Math.abs(level - expected[i])), 0);
  return worst > 1 === (difference !== undefined) ? undefined : `${name} is up to ${worst} grey levels away`;
}

test('the references are of some 300 files of six formats', () => {
  const formats = new Map<string, number>();
  for (const name of files) formats.set(name.split('/')[0], (formats.get(name.split('/')[0]) ?? 0) + 1);
  expect([...formats.keys()]).toEqual(['jpeg', 'png', 'webp', 'gif', 'tiff', 'bmp']);
  expect(Math.min(...formats.values())).toBeGreaterThan(20);
  expect(files.length).toBeGreaterThan(200);
  for (const { kind } of differences) expect(files.some((name) => kind.test(name))).toBe(true);
});

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'bmp'])(
  'what is read from %s files is what Pillow reads',
  async (format) => {
    const folder = temporaryFolder();
    const faults: (string | undefined)[] = [];
    for (const name of files) if (name.startsWith(`${format}/`)) faults.push(await fault(folder, name));
    expect(faults.filter((each) => each !== undefined)).toEqual([]);
  },
);
