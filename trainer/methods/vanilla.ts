import { crossEntropy } from './cross-entropy';
import type { Method } from './method';

/** Ordinary training: CE(f(x; main), y). */
export function vanilla(): Method {
  return {
    branches: ['main'],
    draw: () => ({}),
    tensors: () => ({}),
    loss: (network, { images, labels }, _draws, context) => {
      const [clean] = network.forward([{ x: images, branch: 'main' }], context);
      const main = crossEntropy(clean.logits, labels);
      return { total: main, main };
    },
  };
}
