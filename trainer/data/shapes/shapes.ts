import type { DatasetSettings } from '../../../common/experiment/datasets/datasets';
import { Generator } from '../../random/generator';
import type { Dataset, MemoryImageSet, OpenOptions, ValidationData } from '../dataset';
import { shapeOutlines } from './shape-outlines';
import { drawScene, paintScene, sceneMask } from './shape-scene';

export type ShapesSettings = Extract<DatasetSettings, { type: 'shapes' }>;

const classes = Object.keys(shapeOutlines).sort();
/** Images drawn between two looks at the signal. */
const imagesPerSlice = 250;

/**
 * Draws the built-in data set: one shape an image, coloured and textured at random, at a random place, size and angle, among
 * clutter and partly covered. Image i has class i mod 10 and depends on nothing but the seed, its part and i, so fewer images
 * are the first ones of more. The mask holds the visible part of the shape.
 */
export async function openShapes(settings: ShapesSettings, options: OpenOptions): Promise<Dataset<MemoryImageSet>> {
  return {
    classes,
    training: await drawPart('training', settings.trainingImages, settings, options),
    validation: await drawPart('validation', settings.validationImages, settings, options),
  };
}

/** Draws the validation images alone. */
export async function openShapesValidation(
  settings: ShapesSettings,
  options: OpenOptions,
): Promise<ValidationData<MemoryImageSet>> {
  return { classes, validation: await drawPart('validation', settings.validationImages, settings, options) };
}

async function drawPart(
  part: 'training' | 'validation',
  count: number,
  { imageSize, seed }: ShapesSettings,
  { onProgress, signal }: OpenOptions,
): Promise<MemoryImageSet> {
  const imageBytes = imageSize * imageSize * 3;
  const pixels = new Uint8Array(count * imageBytes);
  const scene = (index: number) => {
    const generator = new Generator(seed, `shapes ${part}`, index);
    return { generator, scene: drawScene(generator, classes[index % classes.length]) };
  };
  for (let start = 0; start < count; start += imagesPerSlice) {
    signal?.throwIfAborted();
    const end = Math.min(count, start + imagesPerSlice);
    for (let i = start; i < end; i++) {
      const drawn = scene(i);
      paintScene(drawn.scene, imageSize, drawn.generator, pixels.subarray(i * imageBytes, (i + 1) * imageBytes));
    }
    onProgress?.(`drawing ${part} images`, end, count);
    await new Promise(setImmediate);
  }
  return {
    count,
    imageSize,
    pixels,
    labels: Int32Array.from({ length: count }, (_, i) => i % classes.length),
    path: (index) => `${part}/${classes[index % classes.length]}/${String(index).padStart(6, '0')}`,
    mask: (index) => sceneMask(scene(index).scene, imageSize),
  };
}
