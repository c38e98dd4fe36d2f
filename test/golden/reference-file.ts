import { readFileSync } from 'node:fs';

/** A tensor as it lies in the file. */
export type StoredValues = Float32Array | Int32Array | Uint8Array;

/** All tensors of a safetensors file of references, integers too, which the trainer's reader leaves out. */
export function readReferenceFile(file: string): Map<string, StoredValues> {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const headerLength = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, headerLength))) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, StoredValues>();
  for (const [name, { dtype, data_offsets: offsets }] of Object.entries(header)) {
    if (!offsets) continue; // metadata
    const data = bytes.slice(8 + headerLength + offsets[0], 8 + headerLength + offsets[1]);
    if (dtype === 'F32') tensors.set(name, new Float32Array(data));
    else if (dtype === 'I32') tensors.set(name, new Int32Array(data));
    else if (dtype === 'U8') tensors.set(name, new Uint8Array(data));
    else throw new Error(`${file}: ${name} is of type ${dtype}`);
  }
  return tensors;
}
