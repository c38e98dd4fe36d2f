import { crossEntropy } from './cross-entropy';
import type { MethodSteps } from './method';

/** Ordinary training: CE(f(x; main), y). */
export function vanilla(): MethodSteps {
  return {
    draw: () => ({}),
    tensors: () => ({}),
    run: (passes, { images, labels }) =>
      passes.train((forward) => {
        const [logits] = forward({ x: images, branch: 'main', batch: 'clean' });
        const main = crossEntropy(logits, labels);
        return { total: main, main };
      }).loss,
  };
}
