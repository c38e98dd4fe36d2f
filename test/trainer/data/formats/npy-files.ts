/** A `.npy` file of version 1. */
export function npyOf(description: string, shape: readonly number[], data: Uint8Array, order = 'False'): Buffer {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${description}', 'fortran_order': ${order}, 'shape': (${lengths}), }`;
  const padded = `${text.padEnd(117)}\n`;
  const start = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1');
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded), data]);
}

/** Labels as int64. */
export function longLabels(labels: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * labels.length);
  for (const [i, label] of labels.entries()) bytes.writeBigInt64LE(BigInt(label), 8 * i);
  return bytes;
}
