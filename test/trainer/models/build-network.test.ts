import { type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { architectures, networkDefinition } from '../../../common/experiment/networks/networks';
import { experimentSchema } from '../../../common/experiment/schema';
import { startBackend } from '../../../trainer/backends/select';
import { buildNetwork } from '../../../trainer/models/build-network';
import { initialState } from '../../../trainer/models/initialization';
import { testBackend } from '../../test-backend';

beforeAll(async () => {
  await startBackend(testBackend);
});

test.each(architectures)('the feature maps of %s are as small as its definition says', (architecture) => {
  for (const stem of ['imagenet', 'cifar'] as const) {
    const { model } = experimentSchema.parse({ model: { architecture, stem, width: 4 } });
    const network = buildNetwork(model, 3, ['main']);
    const initial = initialState(network.specs, 1);
    const features = tidy(() => {
      const values = new Map<string, Tensor>(
        network.specs.map(({ name, shape }) => [name, tensor(initial.get(name)!, shape)]),
      );
      return network.forward([{ x: zeros([1, 34, 34, 3]), branch: 'main' }], { values })[0].features.shape;
    });
    const side = Math.ceil(34 / networkDefinition(architecture).reduction(model));
    expect(features.slice(1, 3)).toEqual([side, side]);
  }
});
