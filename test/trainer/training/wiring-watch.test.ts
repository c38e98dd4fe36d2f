import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../common/experiment/schema';
import { prepareNetwork } from '../../../trainer/execution/prepare-network';
import { initialState } from '../../../trainer/models/initialization';
import { WiringWatch } from '../../../trainer/training/wiring-watch';

const prepare = (type: 'mixprop' | 'mixup' | 'vanilla') =>
  prepareNetwork(experimentSchema.parse({ model: { width: 4 }, method: { type } }), 10);

const labels = Int32Array.from([0, 0, 1, 2]);
// Three of four pairs have different labels: the floor is ¾·ln 2 = 0.5199.
const draws = { lambda: 0.5, permutation: [1, 2, 3, 0] };

describe('the watch on a run', () => {
  test('tells once of a mixed loss that no network can reach', () => {
    const watch = new WiringWatch(prepare('mixprop').method);
    expect(watch.afterStep(7, { total: 0, main: 0.01, aux: 0.53 }, draws, labels)).toEqual([]);
    const [message] = watch.afterStep(8, { total: 0, main: 0.01, aux: 0.51 }, draws, labels);
    expect(message).toContain('the aux loss of step 8 is 0.5100, and no network can get below 0.5199');
    expect(watch.afterStep(9, { total: 0, main: 0.01, aux: 0.4 }, draws, labels)).toEqual([]);
  });

  test('counts only the mixed part of a batch in a method with one branch', () => {
    const watch = new WiringWatch(prepare('mixup').method);
    // Two of four images are mixed, with the same label each: nothing is impossible.
    const same = { mixed: 2, lambda: 0.5, permutation: [1, 0] };
    expect(watch.afterStep(1, { total: 0, main: 0 }, same, labels)).toEqual([]);
    const different = Int32Array.from([0, 1, 1, 2]);
    expect(watch.afterStep(2, { total: 0.35, main: 0.35 }, same, different)).toEqual([]);
    expect(watch.afterStep(3, { total: 0.34, main: 0.34 }, same, different)[0]).toContain('the main loss of step 3');
  });

  test('has no floor for clean images', () => {
    const watch = new WiringWatch(prepare('vanilla').method);
    expect(watch.afterStep(1, { total: 0, main: 0 }, {}, labels)).toEqual([]);
  });

  test('tells of aux statistics that nobody feeds', () => {
    const { network, method } = prepare('mixprop');
    const initial = initialState(network.specs, 1);
    const values = new Map([...initial].map(([name, value]) => [name, value.slice()]));
    const watch = new WiringWatch(method);
    const [message] = watch.afterEpoch(network.specs, initial, values);
    expect(message).toMatch(/of 17 of 17 normalisation layers have not changed .*the first: layer1\.0\.bn1\.aux_bn\.0/);
    expect(watch.afterEpoch(network.specs, initial, values)).toEqual([]);
    for (const [name, value] of values) if (name.endsWith('running_mean')) value[0] += 1;
    expect(new WiringWatch(method).afterEpoch(network.specs, initial, values)).toEqual([]);
  });
});
