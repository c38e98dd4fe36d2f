/** Direct convolutions with symmetric padding in float64, the references for our kernels. All layouts as in tfjs. */
export interface ConvolutionShape {
  batch: number;
  height: number;
  width: number;
  inChannels: number;
  outChannels: number;
  kernel: number;
  stride: number;
  padding: number;
}

export function outputSize(size: number, { kernel, stride, padding }: ConvolutionShape): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** Calls back with the flat indices of every product x · filter that goes into an output y. */
function forEachProduct(shape: ConvolutionShape, visit: (x: number, filter: number, y: number) => void): void {
  const { batch, height, width, inChannels, outChannels, kernel, stride, padding } = shape;
  const [outHeight, outWidth] = [outputSize(height, shape), outputSize(width, shape)];
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++) {
            const iy = oy * stride + ky - padding;
            const ix = ox * stride + kx - padding;
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            for (let ci = 0; ci < inChannels; ci++)
              for (let co = 0; co < outChannels; co++)
                visit(
                  ((n * height + iy) * width + ix) * inChannels + ci,
                  ((ky * kernel + kx) * inChannels + ci) * outChannels + co,
                  ((n * outHeight + oy) * outWidth + ox) * outChannels + co,
                );
          }
}

export function filterGradient(shape: ConvolutionShape, x: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const { kernel, inChannels, outChannels } = shape;
  const result = new Float64Array(kernel * kernel * inChannels * outChannels);
  forEachProduct(shape, (i, f, o) => {
    result[f] += x[i] * dy[o];
  });
  return result;
}

export function inputGradient(shape: ConvolutionShape, filter: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const { batch, height, width, inChannels } = shape;
  const result = new Float64Array(batch * height * width * inChannels);
  forEachProduct(shape, (i, f, o) => {
    result[i] += filter[f] * dy[o];
  });
  return result;
}
