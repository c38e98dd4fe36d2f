import * as z from 'zod';
import { defineDataset, imageLimit, normalization, pathComment } from './dataset-definition';

/** The CIFAR data sets. */
export const cifarTypes = ['cifar10', 'cifar100'] as const;
export type CifarType = (typeof cifarTypes)[number];

/** @param files those of the binary form, in words */
const cifar = <Type extends CifarType>(
  type: Type,
  classCount: 10 | 100,
  files: string,
  channels: ReturnType<typeof normalization>,
) => {
  const archives = [`cifar-${classCount}-binary.tar.gz`, `cifar-${classCount}-python.tar.gz`];
  return defineDataset({
    schema: z
      .strictObject({
        type: z.literal(type).describe(`CIFAR-${classCount} as it is distributed, binary or python.`),
        path: z
          .string()
          .min(1)
          .describe(
            'The official archive (.tar.gz) or the folder with its files, absolute or relative to the experiment file.',
          ),
        trainingImages: imageLimit('training'),
        validationImages: imageLimit('validation'),
        normalization: channels,
      })
      .describe(`The ${classCount}-class CIFAR data set, 32 pixels.`),
    summary: `CIFAR-${classCount} as it is distributed, 32 pixels, ${classCount} classes`,
    path: { content: `${archives.join(', ')}, or the folder that one unpacks to (${files})`, canBeFile: true },
    hasImageFiles: false,
    classCount,
    hasNumberedLabels: true,
    imageCounts: { training: 50_000, validation: 10_000 },
    imageSize: () => 32,
    title: () => type,
    recipeComment: [`The official archive, ${archives.join(' or ')}, or the folder that it unpacks to.`, pathComment],
  });
};

export const cifar10 = cifar(
  'cifar10',
  10,
  'data_batch_1.bin … test_batch.bin',
  normalization([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
);
export const cifar100 = cifar(
  'cifar100',
  100,
  'train.bin, test.bin',
  normalization([0.5071, 0.4867, 0.4408], [0.2675, 0.2565, 0.2761]),
);
