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

/** For every day: each method, each network, and both depths to the end of a run. */
const quick = [
  'preact-resnet18-he/mixprop-mixup-10',
  'preact-resnet18-he/cutmix-10',
  'preact-resnet18-he/advprop-pgd3-10',
  'preact-resnet50-he/mixprop-cutmix-10',
  'resnet18-imagenet/advprop-pgd4-targeted-40',
  'resnet18-imagenet/fast-advprop-40',
  'resnet50-imagenet/mixprop-noise-40',
  'preact-resnet18-kuangliu/mixup-14',
  'preact-resnet50-kuangliu/fast-advprop-14',
  'resnet18-cifar/mixprop-cutmix-14',
  'resnet50-cifar/vanilla-10',
  'resnet50-cifar/advprop-pgd1-10',
];
const quickToTheEnd = ['preact-resnet18-he/mixprop-mixup-10', 'resnet50-cifar/vanilla-10'];

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

/** One of each network and each method, and the one whose learning rate falls. */
const isRunToTheEnd = (golden: GoldenCase) =>
  methodOf(golden) === methods[networkNames.indexOf(golden.network)] || methodOf(golden) === 'vanilla-milestone';

/**
 * What is run op by op, by `MIXPROP_GOLDEN`: unset, what every day has time for; "representative", the representative cases,
 * of most of them the first step; "all".
 */
export function casesOpByOp(): ChosenCase[] {
  switch (process.env.MIXPROP_GOLDEN) {
    case 'all':
      return toTheEnd(goldenCases);
    case 'representative':
      return representativeCases.map((golden) => ({ golden, steps: isRunToTheEnd(golden) ? golden.steps.length : 1 }));
    case undefined:
      return quick.map((title) => {
        const golden = goldenCases.find((candidate) => candidate.title === title)!;
        return { golden, steps: quickToTheEnd.includes(title) ? golden.steps.length : 1 };
      });
    default:
      throw new Error(`MIXPROP_GOLDEN is "${process.env.MIXPROP_GOLDEN}", but may be "representative" or "all"`);
  }
}

/** What is run as graphs, to the end: the representative cases, or with `MIXPROP_GOLDEN=all` all. */
export function casesAsGraphs(): ChosenCase[] {
  return toTheEnd(process.env.MIXPROP_GOLDEN === 'all' ? goldenCases : representativeCases);
}

const toTheEnd = (cases: readonly GoldenCase[]) => cases.map((golden) => ({ golden, steps: golden.steps.length }));
