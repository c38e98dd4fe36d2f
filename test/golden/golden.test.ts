import { beforeAll, expect, test } from 'vitest';
import { experimentSchema } from '../../common/experiment/schema';
import { startBackend } from '../../trainer/backends/select';
import { buildNetwork } from '../../trainer/models/build-network';
import { isTrainable } from '../../trainer/models/layers';
import { testBackend } from '../test-backend';
import { methodOf, methods, representativeCases } from './chosen-cases';
import { compareEager } from './compare-eager';
import { type GoldenCase, goldenCases, networkNames } from './golden-case';

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

test('the representative cases are each network with each method, and each of its image sizes', () => {
  for (const network of networkNames) {
    const of = (cases: readonly GoldenCase[]) => cases.filter((golden) => golden.network === network);
    const sizes = (cases: readonly GoldenCase[]) => new Set(of(cases).map(({ imageSize }) => imageSize));
    const found = of(representativeCases).map(methodOf);
    expect(found.filter((method) => method !== 'vanilla-milestone').sort(), network).toEqual([...methods].sort());
    expect(sizes(representativeCases), network).toEqual(sizes(goldenCases));
    expect(sizes(goldenCases).size, network).toBe(3);
  }
});

test('they have every setting that any case has, and every attack of the paper, targeted and not', () => {
  const settings = (cases: readonly GoldenCase[]) =>
    new Set(
      cases.flatMap(({ method, optimizer }) => {
        const { attack, ...ofMethod } = { attack: undefined, ...method };
        return [ofMethod, optimizer, attack].flatMap((group, index) =>
          Object.entries(group ?? {}).map(([name, value]) => `${index} ${name}: ${value}`),
        );
      }),
    );
  expect(settings(representativeCases)).toEqual(settings(goldenCases));
  const attacks = representativeCases.flatMap(({ method }) => (method?.type === 'advprop' ? [method.attack!] : []));
  const kinds = new Set(attacks.map(({ steps, targeted }) => `PGD-${steps}${targeted ? ' targeted' : ''}`));
  expect([...kinds].sort()).toEqual(
    ['PGD-1', 'PGD-3', 'PGD-4'].flatMap((attack) => [attack, `${attack} targeted`]).sort(),
  );
});

compareEager(18);
