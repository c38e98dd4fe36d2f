import { type GoldenCase, goldenCases, networkNames } from './golden-case';

/** A case, and how many of its steps are run. */
export interface ChosenCase {
  golden: GoldenCase;
  steps: number;
}

export const methods = [
  'vanilla',
  'mixup',
  'cutmix',
  'mixprop-mixup',
  'mixprop-cutmix',
  'mixprop-noise',
  'advprop',
  'fast-advprop',
] as const;

/** The method of a case: one of `methods`, or `vanilla-milestone`, which one network has besides. */
export const methodOf = ({ name }: GoldenCase) => name.replace(/-\d+$/, '').replace(/-pgd.*/, '');

/**
 * Each network with each method at one of its image sizes, at all of them in turn. The other cases repeat these at other
 * sizes. golden.test.ts holds the choice to having all settings.
 */
export const representativeCases: readonly GoldenCase[] = networkNames.flatMap((network, turn) => {
  const ofNetwork = goldenCases.filter((golden) => golden.network === network);
  return [...new Set(ofNetwork.map(methodOf))].map((method, index) => {
    const sizes = ofNetwork.filter((golden) => methodOf(golden) === method);
    return sizes[(((turn + 1) % 2) + index) % sizes.length]!;
  });
});

/** One of each network and each method. */
const diagonal = representativeCases.filter(
  (golden) => methodOf(golden) === methods[(networkNames.indexOf(golden.network) + 3) % methods.length],
);

/** How much is run: unset, what every day has time for. */
const extent = process.env.MIXPROP_GOLDEN;
if (!['representative', 'all', undefined].includes(extent))
  throw new Error(`MIXPROP_GOLDEN is "${extent}", but may be "representative" or "all"`);

/** What is run op by op. Where it is not all, most cases are for their first step. */
export function casesOpByOp(): ChosenCase[] {
  if (extent === 'all') return toTheEnd(goldenCases);
  const isToTheEnd = (golden: GoldenCase) =>
    extent === undefined
      ? golden === diagonal[0]
      : diagonal.includes(golden) || methodOf(golden) === 'vanilla-milestone';
  return (extent === undefined ? diagonal : representativeCases).map((golden) => ({
    golden,
    steps: isToTheEnd(golden) ? golden.steps.length : 1,
  }));
}

/** What is run as graphs, to the end. */
export function casesAsGraphs(): ChosenCase[] {
  return toTheEnd(extent === 'all' ? goldenCases : representativeCases);
}

const toTheEnd = (cases: readonly GoldenCase[]) => cases.map((golden) => ({ golden, steps: golden.steps.length }));
