import type { RgbImage } from '../images/resize';
import { addClippedZoom, zoomCrop } from './clipped-zoom';
import { motionKernel } from './motion-kernel';
import type { RandomDraws } from './random-draws';
import { filterShifted } from './shifted-sum-filter';
import type { CorruptionParameters } from './strengths';
import { roundingBias } from './to-levels';

/** Flakes out of thresholded noise, blown in one direction, over a whitened image. */
export function snow(image: RgbImage, parameters: CorruptionParameters['snow'], draws: RandomDraws): Uint8Array {
  const { width, height } = image;
  const zoom = parameters[2];
  const rows = zoomCrop(height, zoom);
  const columns = zoomCrop(width, zoom);
  const drawn = new Float32Array(rows.length * columns.length);
  draws.fillNormals(drawn);
  // Only what the zoom shows is drawn.
  const normals = new Float32Array(width * height);
  for (let y = 0; y < rows.length; y++) {
    const line = drawn.subarray(y * columns.length, (y + 1) * columns.length);
    normals.set(line, (rows.start + y) * width + columns.start);
  }
  return snowOf(image, parameters, normals, draws.between(-135, -45));
}

/**
 * The same with given draws.
 * @param normals [height, width]
 * @param angle in degrees
 */
export function snowOf(
  image: RgbImage,
  [mean, deviation, zoom, threshold, blurRadius, blurSigma, imageWeight]: CorruptionParameters['snow'],
  normals: Float32Array,
  angle: number,
): Uint8Array {
  const { data, width, height } = image;
  const zoomed = new Float32Array(width * height);
  addClippedZoom(normals, width, height, 1, zoom, zoomed);
  const flakes = new Uint8Array(width * height);
  for (let i = 0; i < flakes.length; i++) {
    const density = mean + deviation * zoomed[i];
    if (density >= threshold) flakes[i] = density >= 1 ? 255 : density * 255;
  }
  const kernel = motionKernel(blurRadius, blurSigma, angle);
  const layer = filterShifted({ data: flakes, width, height, channels: 1 }, kernel);
  const output = new Uint8Array(data.length);
  const rest = 1 - imageWeight;
  for (let pixel = 0, i = 0; pixel < layer.length; pixel++, i += 3) {
    const red = data[i];
    const green = data[i + 1];
    const blue = data[i + 2];
    const white = (0.299 * red + 0.587 * green + 0.114 * blue) * 1.5 + 127.5;
    // The layer, and the layer turned by 180°.
    const added = layer[pixel] + layer[layer.length - 1 - pixel] + roundingBias;
    output[i] = Math.min(255, imageWeight * red + rest * (red > white ? red : white) + added);
    output[i + 1] = Math.min(255, imageWeight * green + rest * (green > white ? green : white) + added);
    output[i + 2] = Math.min(255, imageWeight * blue + rest * (blue > white ? blue : white) + added);
  }
  return output;
}
