import * as z from 'zod';
import { findSplits, needlessHoldOut } from '../../dataset/split-folders';
import { DatasetError } from '../../errors/dataset-error';
import { type ExperimentFinding, errorAt } from '../../errors/experiment-finding';
import { defineDataset, imageLimit, normalization, pathComment } from './dataset-definition';

const heldOut = z
  .strictObject({
    fraction: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.1)
      .describe('Share of each class’s images that is for validation, at least one image; the others are trained on.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(0)
      .describe('Seed of the draw; independent of the seed of training.'),
  })
  .nullable()
  .default(null)
  .describe(
    'Holds a part of train/ out for validation, the same part of every class, where there is no val/; a test/ is then left alone. null: the folder val/ (also valid/ or validation/), else test/.',
  );

const schema = z
  .strictObject({
    type: z
      .literal('image-folder')
      .describe('A folder with train/ and val/ (or valid/, validation/, test/), each with one folder a class.'),
    path: z.string().min(1).describe('Folder of the data set, absolute or relative to the experiment file.'),
    classes: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A text file with the classes to use, one a line, in the order of the labels; absolute or relative to the experiment file. null: all class folders, in the order of their names.',
      ),
    validation: heldOut,
    imageSize: z.int().min(8).max(512).default(32).describe('Height and width after resizing. Unit: pixels.'),
    trainingImages: imageLimit('training'),
    validationImages: imageLimit('validation'),
    normalization: normalization([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  })
  .describe('Images in class folders: JPEG, PNG, WebP, TIFF, GIF and BMP.');

/** Normalised as is usual for ImageNet. */
export const imageFolder = defineDataset({
  schema,
  summary: 'images in class folders: ImageNet, Tiny-ImageNet, Stylized-ImageNet, your own',
  path: {
    content: 'a folder with train/ and val/ (or valid/, validation/, test/), each with one folder a class',
    canBeFile: false,
  },
  hasImageFiles: true,
  classCount: null,
  hasNumberedLabels: false,
  imageCounts: null,
  imageSize: ({ imageSize }) => imageSize,
  title: ({ path }) => path.split(/[/\\]/).findLast((part) => part !== '') ?? '',
  recipeComment: [
    'A folder with train/ and val/ (or valid/, validation/, test/), each with one folder of images a class.',
    pathComment,
    '"trainingImages": 10000 takes only 10,000 of the images, evenly from the classes.',
  ],
  checkFolder: checkHeldOut,
});

/** Whether images are to be held out where there is a split for validation. What else is wrong is said when the folder is opened. */
function checkHeldOut({ validation }: z.output<typeof schema>, root: string): ExperimentFinding[] {
  if (validation === null) return [];
  try {
    const message = needlessHoldOut(findSplits(root));
    return message === undefined ? [] : [errorAt(['dataset', 'validation'], message)];
  } catch (error) {
    if (error instanceof DatasetError) return [];
    throw error;
  }
}
