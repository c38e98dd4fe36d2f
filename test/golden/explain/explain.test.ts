import { beforeAll, describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { startBackend } from '../../../trainer/backends/select';
import { EagerExecutor } from '../../../trainer/execution/eager-executor';
import { gradCam } from '../../../trainer/explain/grad-cam';
import type { ActivationGrid } from '../../../trainer/explain/localisation';
import { testBackend } from '../../test-backend';
import { expectAgreement } from '../deviation';
import { channelsFirst, explainCase, explainedClasses, explainedNetworks } from './explain-case';

beforeAll(async () => {
  await startBackend(testBackend);
});

/** For every day one with preactivation and one without. */
const networks =
  process.env.MIXPROP_GOLDEN === undefined ? ['preact-resnet18-he', 'resnet50-imagenet'] : explainedNetworks;
const { optimizer } = experimentSchema.parse({ dataset: { type: 'shapes' } });

describe.each(networks)('%s', (name) => {
  const { network, method, values, pixels, images, imageSize, targets, reference } = explainCase(name);

  test.each(['main', 'aux'] as const)('class activation maps of all classes through %s are Zhou’s', (branch) => {
    const executor = new EagerExecutor(network, method, optimizer, values);
    const { logits, maps, height, width } = executor.classMaps(pixels, images, imageSize, branch);
    executor.dispose();
    const cam = channelsFirst(maps, images, explainedClasses);
    expect(maps.length).toBe(images * height * width * explainedClasses);
    expectAgreement(
      new Map([
        ['logits', logits],
        ['cam', cam],
      ]),
      new Map([
        ['logits', reference(`${branch}/logits`)],
        ['cam', reference(`${branch}/cam`)],
      ]),
    );
  });

  test.each(['main', 'aux'] as const)(
    'Grad-CAM of every stage through %s is that of the package grad-cam',
    (branch) => {
      const stages = [1, 2, 3, 4];
      const input = { values, pixels, imageSize, branch, classes: targets };
      const mapsOf = (grids: ActivationGrid[]) => Float32Array.from(grids.flatMap((grid) => Array.from(grid.values)));
      const actual = stages.map((stage) => [`stage ${stage}`, mapsOf(gradCam(network, { ...input, stage }))] as const);
      const expected = stages.map((stage) => [`stage ${stage}`, reference(`${branch}/grad-cam-${stage}`)] as const);
      expectAgreement(new Map(actual), new Map(expected));
    },
  );
});

test('there is no fifth stage', () => {
  const { network, values, pixels, imageSize, targets } = explainCase('resnet18-cifar');
  const input = { values, pixels, imageSize, branch: 'main' as const, classes: targets };
  expect(() => gradCam(network, { ...input, stage: 5 })).toThrow('the network has no stage 5');
});
