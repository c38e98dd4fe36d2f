import type { NetworkDefinition } from './network-definition';

/** ResNet as torchvision has it. */
const resnet = (depth: 18 | 50, parameters: number): NetworkDefinition => ({
  parameters,
  reduction: ({ stem }) => (stem === 'imagenet' ? 32 : 8),
  tensors: ({ stem }) => ({ stem, shortcuts: 'downsample' }),
  ignores: {
    preactivation: { where: `on resnet${depth}`, remedy: `set model.architecture to "preact-resnet${depth}"` },
  },
});

export const resnet18 = resnet(18, 11_227_812);
export const resnet50 = resnet(50, 23_712_932);
