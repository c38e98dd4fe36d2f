// y[n, oy, ox, co] = Σ over ky, kx, ci of x[n, oy·stride + ky, ox·stride + kx, ci] · filter[ky, kx, ci, co], without padding:
// x comes padded. Tiles of 4 pixels × 8 output channels stay in registers while the taps and input channels go by. Every
// output is summed in the same order whatever tile it falls into.

import { at } from './address';

/**
 * x [N, H, W, CI], filter [K, K, CI, CO], y [N, OH, OW, CO] with OH = ⌊(H − K)/stride⌋ + 1. Works on the rows [begin, end)
 * of the N·OH output rows.
 */
export function convolution(
  x: usize,
  filter: usize,
  y: usize,
  height: i32,
  width: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  kernel: i32,
  stride: i32,
  begin: i32,
  end: i32,
): void {
  const pixel = (<usize>(stride * inChannels)) << 2;
  const inRow = (<usize>(width * inChannels)) << 2;
  const outPixel = (<usize>outChannels) << 2;
  let co = 0;
  for (; co + 8 <= outChannels; co += 8) {
    for (let row = begin; row < end; row++) {
      const image = row / outHeight;
      const top = image * height + (row - image * outHeight) * stride;
      let from = at(x, top * width * inChannels);
      let to = at(y, row * outWidth * outChannels + co);
      let ox = 0;
      for (; ox + 4 <= outWidth; ox += 4, from += 4 * pixel, to += 4 * outPixel) {
        tile4x8(from, at(filter, co), to, kernel, inChannels, inRow, pixel, outPixel);
      }
      for (; ox < outWidth; ox++, from += pixel, to += outPixel) {
        tile1x8(from, at(filter, co), to, kernel, inChannels, inRow, outPixel);
      }
    }
  }
  for (; co < outChannels; co += 4) {
    const whole = co + 4 <= outChannels;
    for (let row = begin; row < end; row++) {
      const image = row / outHeight;
      const top = image * height + (row - image * outHeight) * stride;
      let from = at(x, top * width * inChannels);
      let to = at(y, row * outWidth * outChannels + co);
      for (let ox = 0; ox < outWidth; ox++, from += pixel, to += outPixel) {
        if (whole) tile1x4(from, at(filter, co), to, kernel, inChannels, inRow, outPixel);
        else {
          for (let k = 0; k < outChannels - co; k++) {
            tile1x1(from, at(filter, co + k), at(to, k), kernel, inChannels, inRow, outPixel);
          }
        }
      }
    }
  }
}

@inline
function tile4x8(
  x: usize,
  filter: usize,
  y: usize,
  kernel: i32,
  inChannels: i32,
  inRow: usize,
  pixel: usize,
  outPixel: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let w = filter;
  for (let ky = 0; ky < kernel; ky++) {
    // The taps of a row lie side by side in x, and one after the other in the filter.
    let pa = x + <usize>ky * inRow;
    let pb = pa + pixel;
    let pc = pb + pixel;
    let pd = pc + pixel;
    for (let i = kernel * inChannels; i > 0; i--) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const xa = v128.load32_splat(pa);
      a0 = f32x4.add(a0, f32x4.mul(xa, w0));
      a1 = f32x4.add(a1, f32x4.mul(xa, w1));
      const xb = v128.load32_splat(pb);
      b0 = f32x4.add(b0, f32x4.mul(xb, w0));
      b1 = f32x4.add(b1, f32x4.mul(xb, w1));
      const xc = v128.load32_splat(pc);
      c0 = f32x4.add(c0, f32x4.mul(xc, w0));
      c1 = f32x4.add(c1, f32x4.mul(xc, w1));
      const xd = v128.load32_splat(pd);
      d0 = f32x4.add(d0, f32x4.mul(xd, w0));
      d1 = f32x4.add(d1, f32x4.mul(xd, w1));
      w += outPixel;
      pa += 4;
      pb += 4;
      pc += 4;
      pd += 4;
    }
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y + outPixel, b0);
  v128.store(y + outPixel, b1, 16);
  v128.store(y + 2 * outPixel, c0);
  v128.store(y + 2 * outPixel, c1, 16);
  v128.store(y + 3 * outPixel, d0);
  v128.store(y + 3 * outPixel, d1, 16);
}

function tile1x8(x: usize, filter: usize, y: usize, kernel: i32, inChannels: i32, inRow: usize, outPixel: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let w = filter;
  for (let ky = 0; ky < kernel; ky++) {
    let p = x + <usize>ky * inRow;
    for (let i = kernel * inChannels; i > 0; i--, p += 4, w += outPixel) {
      const value = v128.load32_splat(p);
      a0 = f32x4.add(a0, f32x4.mul(value, v128.load(w)));
      a1 = f32x4.add(a1, f32x4.mul(value, v128.load(w, 16)));
    }
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
}

function tile1x4(x: usize, filter: usize, y: usize, kernel: i32, inChannels: i32, inRow: usize, outPixel: usize): void {
  let sum = f32x4.splat(0);
  let w = filter;
  for (let ky = 0; ky < kernel; ky++) {
    let p = x + <usize>ky * inRow;
    for (let i = kernel * inChannels; i > 0; i--, p += 4, w += outPixel) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(p), v128.load(w)));
    }
  }
  v128.store(y, sum);
}

function tile1x1(x: usize, filter: usize, y: usize, kernel: i32, inChannels: i32, inRow: usize, outPixel: usize): void {
  let sum: f32 = 0;
  let w = filter;
  for (let ky = 0; ky < kernel; ky++) {
    let p = x + <usize>ky * inRow;
    for (let i = kernel * inChannels; i > 0; i--, p += 4, w += outPixel) sum += load<f32>(p) * load<f32>(w);
  }
  store<f32>(y, sum);
}
