/** What the frame header of a JPEG says of its pixels. */
export interface JpegFrame {
  /** Colour channels: 1 grey, 3 colours, 4 CMYK or what is stored in its place. */
  components: number;
  /** What of it the decoder cannot read, as a noun: "12 bits a channel". */
  unread: string | undefined;
}

/** The frame header of a JPEG file, or undefined where there is none. Nothing behind it is looked at. */
export function jpegFrame(bytes: Buffer): JpegFrame | undefined {
  for (let at = 2; at + 9 < bytes.length; ) {
    // Markers may be preceded by any number of fill bytes.
    if (bytes[at] !== 0xff || bytes[at + 1] === 0xff) {
      at++;
      continue;
    }
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { components: bytes[at + 9], unread: unreadKind(marker, bytes[at + 4]) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

function unreadKind(marker: number, bits: number): string | undefined {
  // The two lower bits of the marker say baseline, extended, progressive or lossless; the third, of a picture of several frames.
  if ((marker & 3) === 3) return 'lossless compression';
  if (marker & 4) return 'hierarchical frames';
  return bits === 8 ? undefined : `${bits} bits a channel`;
}
