import { type GoldenCase, goldenCases } from './golden-case';

/** Run to the end; of the others only the first step. */
const complete = ['preact-resnet18-he/mixprop-mixup-10', 'resnet50-cifar/vanilla-10'];

/** For every day: each method, each network, and both depths to the end of a run. */
const cases = [
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

/** The part of the matrix that the ordinary tests have time for. */
export function quickCases(): { golden: GoldenCase; steps: number }[] {
  return cases.map((title) => {
    const golden = goldenCases.find((candidate) => candidate.title === title)!;
    return { golden, steps: complete.includes(title) ? golden.steps.length : 1 };
  });
}
