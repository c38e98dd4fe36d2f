// The kernels' entry for the AssemblyScript compiler. Arguments named after pictures and rows are byte offsets. Here are linear
// filters on float32 rows, and noise: strides in bytes, counts in floats. A row is written in whole vectors: up to 15 floats
// past `count` are spoilt, in the next row (which is written after it) or behind the last one.

export { boxAcross, boxDown } from './box-resize';
export { chamfer } from './distance';
export { ridges, sobel } from './edges';
export { foldedSum } from './folded-sum';
export { jpegBlocks } from './jpeg-blocks';
export { jpegHalve, jpegPixels, jpegPlanes } from './jpeg-colours';
export { addClouds, channelSums, highestLevel, mapChannels } from './levels';
export {
  addLight,
  countLevels,
  emboss,
  frameBytes,
  frameWords,
  largestProduct,
  levelsAbove,
  mapLevels,
  meanOfBytes,
  meanOfWords,
} from './neighbours';
export { plasma } from './plasma';
export { innerNormals, randomWords, scaleAndShift } from './random';

/**
 * out[y, i] = Σ weights[g] · Σ in[y, i + offsets[k] / 4], k over the taps of group g. `offsets` are int32 bytes, the taps of a
 * group one after the other; `ends` are int32, four times the number of taps up to the end of each group; `weights` float32.
 */
export function shiftedSum(
  source: usize,
  sourceStride: usize,
  target: usize,
  targetStride: usize,
  rows: i32,
  count: i32,
  offsets: usize,
  ends: usize,
  weights: usize,
  groups: i32,
): void {
  const bytes = <usize>count << 2;
  const groupBytes = <usize>groups << 2;
  for (let y = 0; y < rows; y++) {
    for (let x: usize = 0; x < bytes; x += 64) {
      const at = source + x;
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      let d = f32x4.splat(0);
      let k: usize = 0;
      for (let g: usize = 0; g < groupBytes; g += 4) {
        const end = <usize>load<i32>(ends + g);
        const weight = v128.load32_splat(weights + g);
        let from = at + load<i32>(offsets + k);
        let sumA = v128.load(from);
        let sumB = v128.load(from, 16);
        let sumC = v128.load(from, 32);
        let sumD = v128.load(from, 48);
        for (k += 4; k < end; k += 4) {
          from = at + load<i32>(offsets + k);
          sumA = f32x4.add(sumA, v128.load(from));
          sumB = f32x4.add(sumB, v128.load(from, 16));
          sumC = f32x4.add(sumC, v128.load(from, 32));
          sumD = f32x4.add(sumD, v128.load(from, 48));
        }
        a = f32x4.add(a, f32x4.mul(weight, sumA));
        b = f32x4.add(b, f32x4.mul(weight, sumB));
        c = f32x4.add(c, f32x4.mul(weight, sumC));
        d = f32x4.add(d, f32x4.mul(weight, sumD));
      }
      v128.store(target + x, a);
      v128.store(target + x, b, 16);
      v128.store(target + x, c, 32);
      v128.store(target + x, d, 48);
    }
    source += sourceStride;
    target += targetStride;
  }
}

/** out[y, i] = weights[0] · in[y, i] + Σ weights[k] · (in[y, i − k·step] + in[y, i + k·step]), k up to radius, step in bytes. */
export function symmetricSum(
  source: usize,
  sourceStride: usize,
  target: usize,
  targetStride: usize,
  rows: i32,
  count: i32,
  step: usize,
  weights: usize,
  radius: i32,
): void {
  const bytes = <usize>count << 2;
  for (let y = 0; y < rows; y++) {
    for (let x: usize = 0; x < bytes; x += 64) {
      let before = source + x;
      let after = before;
      let weight = v128.load32_splat(weights);
      let a = f32x4.mul(weight, v128.load(before));
      let b = f32x4.mul(weight, v128.load(before, 16));
      let c = f32x4.mul(weight, v128.load(before, 32));
      let d = f32x4.mul(weight, v128.load(before, 48));
      for (let k = 1; k <= radius; k++) {
        before -= step;
        after += step;
        weight = v128.load32_splat(weights + (<usize>k << 2));
        a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(before), v128.load(after))));
        b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(before, 16), v128.load(after, 16))));
        c = f32x4.add(c, f32x4.mul(weight, f32x4.add(v128.load(before, 32), v128.load(after, 32))));
        d = f32x4.add(d, f32x4.mul(weight, f32x4.add(v128.load(before, 48), v128.load(after, 48))));
      }
      v128.store(target + x, a);
      v128.store(target + x, b, 16);
      v128.store(target + x, c, 32);
      v128.store(target + x, d, 48);
    }
    source += sourceStride;
    target += targetStride;
  }
}

/** Bytes to floats, row by row. */
export function widen(source: usize, sourceStride: usize, target: usize, targetStride: usize, rows: i32, count: i32): void {
  for (let y = 0; y < rows; y++) {
    for (let x: usize = 0; x < <usize>count; x += 16) {
      const bytes = v128.load(source + x);
      const low = i16x8.extend_low_i8x16_u(bytes);
      const high = i16x8.extend_high_i8x16_u(bytes);
      const to = target + (x << 2);
      v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
      v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
      v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
      v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
    }
    source += sourceStride;
    target += targetStride;
  }
}

/** Floats plus `bias` to bytes: clipped to [0, 255] and cut off. */
export function narrow(source: usize, target: usize, count: i32, bias: f32): void {
  const add = f32x4.splat(bias);
  for (let x: usize = 0; x < <usize>count; x += 16) {
    const from = source + (x << 2);
    const a = i32x4.trunc_sat_f32x4_s(f32x4.add(add, v128.load(from)));
    const b = i32x4.trunc_sat_f32x4_s(f32x4.add(add, v128.load(from, 16)));
    const c = i32x4.trunc_sat_f32x4_s(f32x4.add(add, v128.load(from, 32)));
    const d = i32x4.trunc_sat_f32x4_s(f32x4.add(add, v128.load(from, 48)));
    const low = i16x8.narrow_i32x4_s(a, b);
    const high = i16x8.narrow_i32x4_s(c, d);
    v128.store(target + x, i8x16.narrow_i16x8_u(low, high));
  }
}

/**
 * Draws a level for every byte: `table` holds for each level 256 columns, in the upper 24 bits of an entry the share of the
 * column that is its own, in the lower 8 its alias; a word chooses the column by its lower 8 bits, the rest by its upper 24.
 */
export function drawLevels(source: usize, words: usize, table: usize, target: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const word = load<u32>(words + (i << 2));
    const column = word & 255;
    const entry = load<u32>(table + ((<usize>load<u8>(source + i)) << 10) + ((<usize>column) << 2));
    store<u8>(target + i, select<u32>(column, entry & 255, word >>> 8 < entry >>> 8));
  }
}
