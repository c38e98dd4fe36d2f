import * as z from 'zod';
import type { ExperimentFinding } from '../../errors/experiment-finding';

/** What is known of a type of data sets without opening one; what opens it is in `trainer/data/open/dataset-sources.ts`. */
export interface DatasetFacts<Settings> {
  /** A line for lists. */
  readonly summary: string;
  /** Of what lies on the disk: what is at its path, and whether that may be one file. null for what is built in. */
  readonly path: { content: string; canBeFile: boolean } | null;
  /** Whether each image is a file of its own below the path, in a folder of its class. */
  readonly hasImageFiles: boolean;
  /** Number of classes; null where their folders say. */
  readonly classCount: number | null;
  /** Whether files number the classes: their names may then be missing. */
  readonly hasNumberedLabels: boolean;
  /** Number of images of each split, all taken; null where the settings or the disk say. */
  readonly imageCounts: Record<'training' | 'validation', number> | null;
  /** Height and width of an image as the network gets it, in pixels. */
  imageSize(settings: Settings): number;
  /** What tables call it. */
  title(settings: Settings): string;
  /** Lines that explain the settings in the text of a recipe. */
  readonly recipeComment: readonly string[];
  /** What is wrong with the settings for what lies in a folder. @param root absolute path of the existing folder */
  checkFolder?(settings: Settings, root: string): ExperimentFinding[];
}

/** A type of data sets as an experiment file names it by `dataset.type`. */
export interface DatasetDefinition<Schema extends z.core.$ZodTypeDiscriminable> extends DatasetFacts<z.output<Schema>> {
  readonly schema: Schema;
}

/** Infers the settings from the schema. */
export const defineDataset = <Schema extends z.core.$ZodTypeDiscriminable>(definition: DatasetDefinition<Schema>) =>
  definition;

export const pathComment = 'The path is absolute or relative to this file.';

const triple = (value: z.ZodNumber) => z.tuple([value, value, value]);

/** @param mean of the channels by default @param std of the channels by default */
export const normalization = (mean: [number, number, number], std: [number, number, number]) =>
  z
    .strictObject({
      mean: triple(z.number()).describe('Mean of the red, green and blue channel, pixels in [0, 1].'),
      std: triple(z.number().positive()).describe(
        'Standard deviation of the red, green and blue channel, pixels in [0, 1].',
      ),
    })
    .describe('Each channel becomes (pixel − mean) / std.')
    .default({ mean, std });

export const imageLimit = (subset: string) =>
  z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe(
      `Use at most this many ${subset} images, spread evenly over the classes. null: all of them. Unit: images.`,
    );
