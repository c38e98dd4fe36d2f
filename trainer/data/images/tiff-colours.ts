/** Photometric interpretations of TIFF that are not read: libvips would take their values for grey or RGB ones, or fails. */
const unreadColours: Readonly<Record<number, string>> = {
  4: 'a mask of transparency',
  6: 'YCbCr colours, not compressed as JPEG',
  8: 'L*a*b* colours',
  9: 'L*a*b* colours',
  10: 'L*a*b* colours',
  32803: 'the raw values of a camera',
  32844: 'logarithmic colours (LogL)',
  32845: 'logarithmic colours (LogLuv)',
  34892: 'the raw values of a camera',
};

/** The colours of the first page of a TIFF that cannot be read, as a noun; undefined for those that can. */
export function unreadTiffColours(bytes: Buffer): string | undefined {
  const colours = tagValue(bytes, 262) ?? 0;
  // What is compressed as JPEG is converted by the JPEG library.
  return colours === 6 && tagValue(bytes, 259) === 7 ? undefined : unreadColours[colours];
}

/** A tag of one 16-bit number in the first directory; undefined where it isn't there, or the file ends before it. */
function tagValue(bytes: Buffer, tag: number): number | undefined {
  const isLittle = bytes[0] === 0x49;
  const read = (at: number, length: 2 | 4 | 8): number => {
    if (at + length > bytes.length) return Number.NaN;
    if (length === 8) return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  };
  // BigTIFF has longer counts and places.
  const isBig = read(2, 2) === 43;
  const [countLength, entryLength] = isBig ? ([8, 20] as const) : ([2, 12] as const);
  const directory = read(isBig ? 8 : 4, isBig ? 8 : 4);
  const entries = read(directory, countLength);
  for (let i = 0; i < entries; i++) {
    const at = directory + countLength + i * entryLength;
    const found = read(at, 2);
    if (found === tag) return read(at + (isBig ? 12 : 8), 2);
    if (Number.isNaN(found)) return undefined;
  }
  return undefined;
}
