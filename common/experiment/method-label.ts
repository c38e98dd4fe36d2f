import type { MethodSettings } from './schema';

/** A method's name with what distinguishes its variants: "mixprop", "mixprop (noise)", "advprop (PGD-3, targeted)". */
export function methodLabel(method: MethodSettings): string {
  if (method.type === 'advprop') {
    const { steps, targeted } = method.attack;
    return `advprop (PGD-${steps}${targeted ? ', targeted' : ''})`;
  }
  if (method.type === 'mixprop' && method.auxiliary !== 'mixup') return `mixprop (${method.auxiliary})`;
  return method.type;
}
