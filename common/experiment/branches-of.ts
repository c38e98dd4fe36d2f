import type { Branch } from '../weights/branch';
import type { Experiment } from './schema';

type MethodType = Experiment['method']['type'];

const one: readonly Branch[] = ['main'];
const dual: readonly Branch[] = ['main', 'aux'];

const branches: Readonly<Record<MethodType, readonly Branch[]>> = {
  vanilla: one,
  mixup: one,
  cutmix: one,
  mixprop: dual,
  advprop: dual,
  'fast-advprop': dual,
};

/** The BN branches that a method trains. */
export const branchesOf = (method: MethodType): readonly Branch[] => branches[method];
