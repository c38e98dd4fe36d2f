import type { Generator } from '../../random/generator';
import { type Box, type RgbImage, resizeBilinear, roundHalfToEven } from './resize';

/** Random resized crop and flip of each image of a batch, as data: boxes in the image as it is stored. */
export interface ResizedCropDraws {
  /** [B], first row of the box. */
  readonly top: Int32Array;
  /** [B], first column of the box. */
  readonly left: Int32Array;
  /** [B], rows of the box. */
  readonly height: Int32Array;
  /** [B], columns of the box. */
  readonly width: Int32Array;
  /** [B], 1 where the resized box is mirrored left to right. */
  readonly flip: Uint8Array;
}

/** Share of the image's area that a box has, and its width by its height: torchvision's defaults. */
const scale = [0.08, 1] as const;
const ratio = [3 / 4, 4 / 3] as const;
const tries = 10;

/**
 * Draws box and flip of one image after the other, as torchvision's `RandomResizedCrop` and `RandomHorizontalFlip`: area uniform,
 * aspect ratio uniform in its logarithm, place uniform; after ten boxes that don't fit, the largest in the middle whose aspect
 * ratio is allowed.
 *
 * @param sizeOf width and height of image i of the batch, in pixels
 */
export function drawResizedCrop(
  generator: Generator,
  count: number,
  sizeOf: (i: number) => { width: number; height: number },
): ResizedCropDraws {
  const draws = {
    top: new Int32Array(count),
    left: new Int32Array(count),
    height: new Int32Array(count),
    width: new Int32Array(count),
    flip: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    const size = sizeOf(i);
    const box = drawBox(generator, size.width, size.height);
    draws.top[i] = box.top;
    draws.left[i] = box.left;
    draws.height[i] = box.height;
    draws.width[i] = box.width;
    draws.flip[i] = generator.integer(2);
  }
  return draws;
}

function drawBox(generator: Generator, imageWidth: number, imageHeight: number): Box {
  const uniform = (low: number, high: number) => low + (high - low) * generator.uniform();
  for (let attempt = 0; attempt < tries; attempt++) {
    const area = imageWidth * imageHeight * uniform(...scale);
    const aspect = Math.exp(uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const width = roundHalfToEven(Math.sqrt(area * aspect));
    const height = roundHalfToEven(Math.sqrt(area / aspect));
    if (width < 1 || height < 1 || width > imageWidth || height > imageHeight) continue;
    return {
      top: generator.integer(imageHeight - height + 1),
      left: generator.integer(imageWidth - width + 1),
      width,
      height,
    };
  }
  return largestBox(imageWidth, imageHeight);
}

/** The largest box in the middle of an image whose aspect ratio is allowed. */
export function largestBox(imageWidth: number, imageHeight: number): Box {
  const aspect = Math.min(ratio[1], Math.max(ratio[0], imageWidth / imageHeight));
  // A picture one pixel wide or high has no box of an allowed ratio: at least a pixel is left of it.
  const width = aspect < imageWidth / imageHeight ? Math.max(1, roundHalfToEven(imageHeight * aspect)) : imageWidth;
  const height = aspect > imageWidth / imageHeight ? Math.max(1, roundHalfToEven(imageWidth / aspect)) : imageHeight;
  return {
    left: Math.floor((imageWidth - width) / 2),
    top: Math.floor((imageHeight - height) / 2),
    width,
    height,
  };
}

/**
 * Resizes a box of an image: [size, size, 3]. Equal to torchvision's `resized_crop` on a Pillow image, but for boxes that Pillow 13
 * resamples along y first because they are high and narrow: there, single pixels differ by one grey level.
 */
export function resizedCrop(image: RgbImage, box: Box, size: number): Uint8Array {
  return resizeBilinear(image, size, size, { left: 0, top: 0, width: size, height: size }, box);
}
