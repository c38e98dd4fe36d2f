import { fileKind, fileStartBytes } from './file-kind';

/** Formats of images that are read. */
export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'TIFF' | 'BMP';

/** What BMP's second header may have as its length: "BM" alone begins many a text. */
const bmpHeaders = [12, 40, 52, 56, 64, 108, 124];

const readFormats: readonly [ImageFormat, (start: Buffer, text: string) => boolean][] = [
  ['JPEG', (_, text) => text.startsWith('\xff\xd8')],
  ['PNG', (_, text) => text.startsWith('\x89PNG\r\n\x1a\n')],
  ['WebP', (_, text) => text.startsWith('RIFF') && text.startsWith('WEBP', 8)],
  ['GIF', (_, text) => /^GIF8[79]a/.test(text)],
  ['TIFF', (_, text) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text.slice(0, 4))],
  ['BMP', (start, text) => text.startsWith('BM') && start.length >= 18 && bmpHeaders.includes(start.readUInt32LE(14))],
];

/** Pictures that are not read, and where their first bytes stand. */
const otherFormats: readonly { at?: number; starts: readonly string[]; what: string }[] = [
  { at: 4, starts: ['ftyphei', 'ftyphev'], what: 'a HEIC image' },
  { at: 4, starts: ['ftypavi'], what: 'an AVIF image' },
  { at: 4, starts: ['ftypmif1', 'ftypmsf1'], what: 'a HEIC or AVIF image' },
  { at: 4, starts: ['ftyp'], what: 'a film or picture in a container (MP4, MOV, CR3)' },
  { starts: ['\xff\x0a', '\0\0\0\x0cJXL '], what: 'a JPEG XL image' },
  { starts: ['\xff\x4f\xff\x51', '\0\0\0\x0cjP  '], what: 'a JPEG 2000 image' },
  { starts: ['8BPS'], what: 'a Photoshop file (PSD)' },
  { starts: ['1', '2', '3', '4', '5', '6', '7'].map((kind) => `P${kind}\n`), what: 'a netpbm image (PBM, PGM or PPM)' },
  // Their number follows, where a TGA has 0.
  ...[...'\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a'].map((count) => ({
    starts: [`\0\0\x01\0${count}`, `\0\0\x02\0${count}`],
    what: 'an icon (ICO or CUR)',
  })),
  { starts: ['v/1\x01'], what: 'an OpenEXR image' },
  { starts: ['#?RADIANCE', '#?RGBE'], what: 'a Radiance HDR image' },
];
/** With what may stand before its element. */
const svg = /^(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<svg\b/i;

/** The format of an image file, by its first bytes: whatever its name is. Undefined where it is none that is read. */
export function imageFormat(start: Uint8Array): ImageFormat | undefined {
  const { bytes, text } = beginning(start);
  return readFormats.find(([, matches]) => matches(bytes, text))?.[0];
}

/** What is wrong with a file that is to be an image, by its first bytes; undefined where they are those of one that is read. */
export function signatureProblem(start: Uint8Array): string | undefined {
  if (imageFormat(start) !== undefined) return undefined;
  const { bytes, text } = beginning(start);
  const other = otherFormats.find(({ at = 0, starts }) => starts.some((each) => text.startsWith(each, at)));
  const picture = svg.test(text) ? 'an SVG drawing' : other?.what;
  if (picture !== undefined) return `is ${picture}, which is not read: convert it to PNG or JPEG`;
  const kind = fileKind(bytes);
  if (!kind) return `is not a supported image (its first bytes are ${bytes.toString('hex', 0, 8)})`;
  return kind.what === 'empty' ? 'is empty' : `is ${kind.what}${kind.remedy ? `: ${kind.remedy}` : ''}`;
}

function beginning(start: Uint8Array): { bytes: Buffer; text: string } {
  const bytes = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, fileStartBytes));
  return { bytes, text: bytes.toString('latin1') };
}
