/** Text that is not UTF-8, or no text at all: where it shows, from 1, and what to do. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';

  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

const remedy =
  'save it as UTF-8 (in VS Code: click the encoding in the status bar, then "Save with Encoding", "UTF-8")';

/** Byte-order marks of what is not UTF-8; the longer ones first, as UTF-32's begins with UTF-16's. */
const foreignMarks: readonly [encoding: string, bytes: readonly number[]][] = [
  ['UTF-32 (little endian)', [0xff, 0xfe, 0, 0]],
  ['UTF-32 (big endian)', [0, 0, 0xfe, 0xff]],
  ['UTF-16 (little endian)', [0xff, 0xfe]],
  ['UTF-16 (big endian)', [0xfe, 0xff]],
];

/**
 * The text of a file that a person wrote: UTF-8, with or without a byte-order mark, which is no part of it.
 * @throws EncodingError for any other encoding, which it names, and for files that are not text
 */
export function decodeText(bytes: Uint8Array): string {
  const marked = foreignMarks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  if (marked) throw new EncodingError(`is ${marked[0]}: ${remedy}`, 1, 1);
  const control = bytes.findIndex((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20));
  if (control !== -1) {
    // Experiments begin with Latin letters whatever follows; other texts may not.
    const wide = wideEncoding(bytes.subarray(0, 4)) ?? wideEncoding(bytes);
    if (wide !== undefined) throw new EncodingError(`is ${wide}: ${remedy}`, 1, 1);
    const name = bytes[control] === 0 ? 'a NUL byte' : `the control character ${hex(bytes[control])}`;
    const message = `is not a text file, or a damaged one: it has ${name} here; write it anew`;
    throw new EncodingError(message, ...positionOf(bytes, control));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const at = firstInvalid(bytes);
    const message = `is not UTF-8, perhaps Latin-1 (Windows-1252): the byte ${hex(bytes[at])} here is none of its characters; ${remedy}`;
    throw new EncodingError(message, ...positionOf(bytes, at));
  }
}

/** Which encoding of two or four bytes a character has most of the NULs where Latin letters have theirs. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const nuls = [0, 0, 0, 0];
  for (const [i, byte] of bytes.entries()) if (byte === 0) nuls[i % 4]++;
  const most = (...lanes: number[]) => lanes.every((lane) => nuls[lane] > (bytes.length / 4) * 0.6);
  if (most(1, 2, 3)) return 'UTF-32 (little endian)';
  if (most(0, 1, 2)) return 'UTF-32 (big endian)';
  if (most(1, 3)) return 'UTF-16 (little endian)';
  if (most(0, 2)) return 'UTF-16 (big endian)';
  return undefined;
}

/** Offset of the first byte that is part of no UTF-8 character. */
function firstInvalid(bytes: Uint8Array): number {
  // The decoder puts U+FFFD where it fails; all before the first that is not in the bytes themselves is sound.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  for (let i = text.indexOf('\uFFFD'); i !== -1; i = text.indexOf('\uFFFD', i + 1)) {
    const at = Buffer.byteLength(text.slice(0, i));
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbf || bytes[at + 2] !== 0xbd) return at;
  }
  return 0;
}

const hex = (byte: number) => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Line and column of a byte; the bytes before it are UTF-8. */
function positionOf(bytes: Uint8Array, at: number): [line: number, column: number] {
  const lines = new TextDecoder().decode(bytes.subarray(0, at)).split(/\r\n|\r|\n/);
  return [lines.length, (lines.at(-1) ?? '').length + 1];
}
