import * as z from 'zod';
import type { RecognisedNetwork } from '../../weights/recognise-network';

/** Fields of `model` that only some networks read. */
export const variantFields = {
  stem: z
    .enum(['imagenet', 'cifar'])
    .default('imagenet')
    .describe('resnet only. imagenet: 7×7 convolution with stride 2 and max pool; cifar: 3×3 with stride 1, no pool.'),
  preactivation: z
    .enum(['he', 'kuangliu'])
    .default('he')
    .describe('preact only. he: a final BN-ReLU before pooling (He et al. 2016); kuangliu: without it.'),
};

export type NetworkVariant = z.infer<z.ZodObject<typeof variantFields>>;

/** What is known of a network without building it; its layers are in `trainer/models`. */
export interface NetworkDefinition {
  /** Parameters with one branch at width 64 and 100 classes; nearly all are in convolutions and go with the width squared. */
  readonly parameters: number;
  /** How many times smaller than the image the last of its four stages is, on each side. Each stage halves the one before. */
  reduction(variant: NetworkVariant): number;
  /** What its tensors show beside architecture and width. */
  tensors(variant: NetworkVariant): Pick<RecognisedNetwork, keyof NetworkVariant | 'shortcuts'>;
  /** The fields that it does not read, as `noEffect` puts it. */
  readonly ignores: { readonly [Field in keyof NetworkVariant]?: { where: string; remedy: string } };
}
