import * as z from 'zod';
import { defineDataset, normalization } from './dataset-definition';

export const shapes = defineDataset({
  schema: z
    .strictObject({
      type: z
        .literal('shapes')
        .describe('Built in: coloured, textured shapes in clutter, 10 classes, drawn from the seed.'),
      imageSize: z.int().min(16).max(224).default(32).describe('Height and width of an image. Unit: pixels.'),
      trainingImages: z.int().min(10).max(100_000).default(4000).describe('Number of training images. Unit: images.'),
      validationImages: z
        .int()
        .min(10)
        .max(100_000)
        .default(1000)
        .describe('Number of validation images. Unit: images.'),
      seed: z.int().min(0).default(0).describe('Seed of the generated images; independent of the seed of training.'),
      normalization: normalization([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]),
    })
    .describe('The built-in data set.'),
  summary: 'built in: coloured, textured shapes in clutter, 10 classes, masks known',
  path: null,
  hasImageFiles: false,
  classCount: 10,
  hasNumberedLabels: false,
  imageCounts: null,
  imageSize: ({ imageSize }) => imageSize,
  title: () => 'shapes',
  recipeComment: ['The built-in data set: coloured, textured shapes in clutter, 10 classes. Nothing to download.'],
});
