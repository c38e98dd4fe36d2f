import type { NetworkDefinition } from './network-definition';

/** Pre-activation ResNet for small images. */
const preactResnet = (depth: 18 | 50, parameters: number): NetworkDefinition => ({
  parameters,
  reduction: () => 8,
  tensors: ({ preactivation }) => ({ preactivation, shortcuts: 'shortcut' }),
  ignores: {
    stem: {
      where: `on preact-resnet${depth}, whose stem is always that of "cifar"`,
      remedy: `set model.architecture to "resnet${depth}"`,
    },
  },
});

export const preactResnet18 = preactResnet(18, 11_218_340);
export const preactResnet50 = preactResnet(50, 23_697_572);
