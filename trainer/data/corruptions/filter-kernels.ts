import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFolder } from '../../runtime/build-folder';

/** The functions of `assembly/index.ts`; arguments as there. */
interface FilterFunctions {
  shiftedSum(...numbers: number[]): void;
  foldedSum(...numbers: number[]): void;
  symmetricSum(...numbers: number[]): void;
  widen(...numbers: number[]): void;
  narrow(...numbers: number[]): void;
  randomWords(...numbers: number[]): void;
  innerNormals(...numbers: number[]): number;
  scaleAndShift(...numbers: number[]): void;
  drawLevels(...numbers: number[]): void;
  boxAcross(...numbers: number[]): void;
  boxDown(...numbers: number[]): void;
  sobel(...numbers: number[]): void;
  ridges(...numbers: number[]): void;
  chamfer(...numbers: number[]): void;
  frameBytes(...numbers: number[]): void;
  frameWords(...numbers: number[]): void;
  meanOfWords(...numbers: number[]): void;
  meanOfBytes(...numbers: number[]): void;
  emboss(...numbers: number[]): void;
  countLevels(...numbers: number[]): void;
  mapLevels(...numbers: number[]): void;
  levelsAbove(...numbers: number[]): void;
  largestProduct(...numbers: number[]): number;
  addLight(...numbers: number[]): void;
  channelSums(...numbers: number[]): void;
  mapChannels(...numbers: number[]): void;
  addClouds(...numbers: number[]): void;
  plasma(...numbers: number[]): void;
  jpegPlanes(...numbers: number[]): void;
  jpegHalve(...numbers: number[]): void;
  jpegBlocks(...numbers: number[]): void;
  jpegPixels(...numbers: number[]): void;
  highestLevel(...numbers: number[]): number;
}

/** Floats that a kernel may read or write past a row. */
const slack = 16;
const pageBytes = 65_536;

/** The filter kernels and their memory, which one image at a time uses from its start. */
export interface FilterKernels extends FilterFunctions {
  /** Forgets all areas. */
  reset(): void;
  /** An area for `count` floats, with room around it: its byte offset. Areas handed out before stay where they are. */
  area(count: number): number;
  /** An area with these values: its byte offset. */
  place(values: Uint8Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array): number;
  /** The floats at an offset. Valid until the next area. */
  floats(offset: number, count: number): Float32Array;
  doubles(offset: number, count: number): Float64Array;
  words(offset: number, count: number): Int32Array;
  bytes(offset: number, count: number): Uint8Array;
}

let kernels: FilterKernels | undefined;

/** The kernels of this thread. @throws Error when the build's output lacks them */
export function filterKernels(): FilterKernels {
  kernels ??= instantiate();
  return kernels;
}

function instantiate(): FilterKernels {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(readFileSync(join(buildFolder(), 'corruption-kernels.wasm')));
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as FilterFunctions;
  // AssemblyScript keeps the first kilobyte.
  const start = 1024;
  let end = start;
  const area = (count: number) => {
    const offset = end + 4 * slack;
    end = (offset + 4 * (count + slack) + 15) & ~15;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    return offset;
  };
  return {
    ...functions,
    reset() {
      end = start;
    },
    area,
    place({ buffer, byteOffset, byteLength }) {
      const offset = area(byteLength / 4);
      new Uint8Array(memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), offset);
      return offset;
    },
    floats: (offset, count) => new Float32Array(memory.buffer, offset, count),
    doubles: (offset, count) => new Float64Array(memory.buffer, offset, count),
    words: (offset, count) => new Int32Array(memory.buffer, offset, count),
    bytes: (offset, count) => new Uint8Array(memory.buffer, offset, count),
  };
}
