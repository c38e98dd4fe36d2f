import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import { experimentSchema } from '../../trainer/experiment/schema';
import { buildNetwork } from '../../trainer/models/build-network';
import { isTrainable } from '../../trainer/models/layers';
import { testBackend } from '../test-backend';
import { compareEager } from './compare-eager';
import { type GoldenCase, goldenCases } from './golden-case';

beforeAll(async () => {
  await startBackend(testBackend);
});

// Counted by make-references.py in PyTorch.
test.each([
  { architecture: 'preact-resnet18', preactivation: 'he', parameters: 11_218_340 },
  { architecture: 'preact-resnet18', preactivation: 'kuangliu', parameters: 11_217_316 },
  { architecture: 'preact-resnet50', preactivation: 'he', parameters: 23_697_572 },
  { architecture: 'preact-resnet50', preactivation: 'kuangliu', parameters: 23_693_476 },
  { architecture: 'resnet18', parameters: 11_227_812 },
  { architecture: 'resnet50', parameters: 23_712_932 },
] as const)('$architecture $preactivation has $parameters parameters at width 64', ({ parameters, ...model }) => {
  const settings = experimentSchema.parse({ dataset: { type: 'shapes' }, model });
  const trainable = buildNetwork(settings.model, 100, ['main']).specs.filter(({ role }) => isTrainable(role));
  expect(trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)).toBe(parameters);
});

const methodOf = ({ name }: GoldenCase) => name.replace(/-\d+$/, '').replace(/-pgd.*/, '');
const methods = [
  'vanilla',
  'mixup',
  'cutmix',
  'mixprop-mixup',
  'mixprop-cutmix',
  'mixprop-noise',
  'advprop',
  'fast-advprop',
];

test.each([
  ['preact-resnet18-he', 3],
  ['preact-resnet50-he', 3],
  ['resnet18-imagenet', 3],
  ['resnet50-imagenet', 3],
  ['preact-resnet18-kuangliu', 1],
  ['preact-resnet50-kuangliu', 1],
  ['resnet18-cifar', 1],
  ['resnet50-cifar', 1],
])('there are references of %s with every method at %d image sizes', (network, sizes) => {
  const ofNetwork = goldenCases.filter((golden) => golden.network === network);
  for (const method of methods) {
    const found = ofNetwork.filter((golden) => methodOf(golden) === method).map(({ imageSize }) => imageSize);
    expect(new Set(found).size, method).toBe(sizes);
  }
});

test('there are references of every attack of the paper, targeted and not', () => {
  const attacks = goldenCases.flatMap(({ method }) => (method?.type === 'advprop' ? [method.attack!] : []));
  const kinds = new Set(attacks.map(({ steps, targeted }) => `PGD-${steps}${targeted ? ' targeted' : ''}`));
  expect([...kinds].sort()).toEqual(
    ['PGD-1', 'PGD-3', 'PGD-4'].flatMap((attack) => [attack, `${attack} targeted`]).sort(),
  );
});

compareEager(18);
