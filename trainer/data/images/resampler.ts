import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFolder } from '../../runtime/build-folder';

/** Fixed-point weights of a resampling along one axis: output i is Σ weights[i·taps + t] · input[first[i] + t] / 2²². */
export interface Taps {
  first: Int32Array;
  count: Int32Array;
  taps: number;
  weights: Int32Array;
}

type Kernel = (...numbers: number[]) => void;

interface Instance {
  memory: WebAssembly.Memory;
  resampleRows: Kernel;
  resampleColumns: Kernel;
  bufferStart: () => number;
}

/** 8-bit RGB in a larger picture: `rows` rows of `width` pixels, which begin `stride` bytes apart at `offset`. */
export interface PixelRegion {
  data: Uint8Array;
  offset: number;
  stride: number;
  width: number;
  rows: number;
}

/** Bytes that the kernels may touch behind a buffer. */
const slack = 16;
const pageBytes = 65_536;
/** A memory never shrinks: one that a huge picture has grown beyond this is not kept. */
const keptBytes = 64 * 2 ** 20;

let compiled: WebAssembly.Module | undefined;
let kept: Instance | undefined;

function instance(): Instance {
  if (kept) return kept;
  compiled ??= new WebAssembly.Module(readFileSync(join(buildFolder(), 'mixprop-resample.wasm')));
  kept = new WebAssembly.Instance(compiled).exports as unknown as Instance;
  return kept;
}

/**
 * Resamples a region along x with `across` and then along y with `down`, both relative to its corner: [down.length,
 * across.length, 3].
 */
export function resample(region: PixelRegion, across: Taps, down: Taps): Uint8Array {
  const { memory, resampleRows, resampleColumns, bufferStart } = instance();
  const [width, height] = [across.first.length, down.first.length];
  const rowBytes = region.width * 3;
  let end = bufferStart();
  const reserve = (bytes: number) => {
    const start = end;
    end = (start + bytes + slack + 15) & ~15;
    return start;
  };
  const source = reserve(region.rows * rowBytes);
  const narrowed = reserve(region.rows * width * 3);
  const result = reserve(height * width * 3);
  const tables = [across.first, across.count, across.weights, down.first, down.count, down.weights];
  const addresses = tables.map((table) => reserve(table.byteLength));
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  const bytes = new Uint8Array(memory.buffer);
  if (region.stride === rowBytes) {
    bytes.set(region.data.subarray(region.offset, region.offset + region.rows * rowBytes), source);
  } else {
    for (let row = 0, from = region.offset; row < region.rows; row++, from += region.stride)
      bytes.set(region.data.subarray(from, from + rowBytes), source + row * rowBytes);
  }
  tables.forEach((table, i) => {
    new Int32Array(memory.buffer, addresses[i], table.length).set(table);
  });
  const [acrossFirst, acrossCount, acrossWeights, downFirst, downCount, downWeights] = addresses;
  resampleRows(source, region.rows, rowBytes, acrossFirst, acrossCount, acrossWeights, across.taps, width, narrowed);
  resampleColumns(narrowed, width * 3, downFirst, downCount, downWeights, down.taps, height, result);
  const resampled = bytes.slice(result, result + height * width * 3);
  if (memory.buffer.byteLength > keptBytes) kept = undefined;
  return resampled;
}
