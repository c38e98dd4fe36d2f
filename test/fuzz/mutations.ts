import fc from 'fast-check';

type Edit = (bytes: Buffer) => Buffer;

/** Places are counted from the start or the end, where headers and tables are, or lie anywhere. */
const place = fc.oneof(
  fc.nat(200).map((at) => (length: number) => Math.min(at, length)),
  fc.nat(260).map((at) => (length: number) => Math.max(0, length - at)),
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => (length: number) => Math.floor(share * length)),
);
const oddNumbers = [0, 1, 2, 127, 128, 255, 256, 3072, 3073, 32767, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const numberBytes = fc.constantFrom(1, 2, 4, 8).chain((width) =>
  fc.oneof(fc.constantFrom(...oddNumbers), fc.nat()).map((number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(number));
    return bytes.subarray(0, width);
  }),
);
const replacement = fc.oneof(
  numberBytes,
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, replacement).map(
    ([at, put]) =>
      (bytes: Buffer) =>
        splice(bytes, at(bytes.length), put.length, put),
  ),
  fc.tuple(place, replacement).map(
    ([at, put]) =>
      (bytes: Buffer) =>
        splice(bytes, at(bytes.length), 0, put),
  ),
  fc.tuple(place, fc.nat(64)).map(
    ([at, length]) =>
      (bytes: Buffer) =>
        splice(bytes, at(bytes.length), length),
  ),
  fc.tuple(place, place, fc.nat(300)).map(([from, to, length]) => (bytes: Buffer) => {
    const start = from(bytes.length);
    return splice(bytes, to(bytes.length), 0, bytes.subarray(start, start + length));
  }),
  place.map((at) => (bytes: Buffer) => bytes.subarray(0, at(bytes.length))),
);

function splice(bytes: Buffer, at: number, removed: number, put: Uint8Array = new Uint8Array(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + removed)]);
}

/** Sound files with one to some edits: bytes changed, put in, taken out, copied, the end cut off. */
export function mutationsOf(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([bytes, edits]) => edits.reduce((edited, apply) => apply(edited), bytes));
}
