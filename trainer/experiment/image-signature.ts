const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes at the beginning of a file that say what it is. */
export const signatureBytes = pngSignature.length;

/** What is wrong with a file that is to be a JPEG or PNG image, by its first bytes; undefined where they are those of one. */
export function signatureProblem(start: Uint8Array): string | undefined {
  if (start.length === 0) return 'is empty';
  const isJpeg = start[0] === 0xff && start[1] === 0xd8;
  if (isJpeg || pngSignature.every((byte, i) => start[i] === byte)) return undefined;
  const shown = Buffer.from(start.subarray(0, signatureBytes)).toString('hex');
  return `is neither a JPEG nor a PNG image (its first bytes are ${shown})`;
}
