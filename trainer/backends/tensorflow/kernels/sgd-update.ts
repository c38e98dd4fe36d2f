import type { Kernel } from '../../../ops/kernels';
import { plainSgdUpdate } from '../../../ops/sgd-update';
import { floatAttribute } from '../op-attributes';
import type { NativeContext } from './native-context';

/** An update that a recording sees as one op. */
export const sgdUpdate: Kernel<'MixpropSgdUpdate', NativeContext> = (inputs, attributes, { backend }) => {
  const { weight, velocity, gradient, learningRate } = inputs;
  const recorded = Object.entries(attributes).map(([name, value]) => floatAttribute(name, value));
  return backend.executeComposite('MixpropSgdUpdate', recorded, [weight, velocity, gradient, learningRate], 2, () => {
    const updated = plainSgdUpdate(weight, velocity, gradient, learningRate, attributes);
    return [updated.weight, updated.velocity];
  });
};
