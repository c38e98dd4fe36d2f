import type { MethodType } from './methods/methods';
import type { Architecture } from './networks/networks';

/** What the paper reports (Tables 1 to 3). Unit: %. */

/** Tables 1 and 2: top-1 on clean images, through main. */
export interface PaperClean {
  table: 1 | 2;
  /** The network, in the paper's words. */
  network: string;
  top1: Partial<Record<MethodType, number>>;
  /** The variant of AdvProp, by the strength that suited the network best (section 4.2); absent where the paper does not say. */
  advprop?: 'advprop-pgd1' | 'advprop-pgd4';
}

/** By network; those that the paper does not have are not compared. */
export const paperClean: Partial<Record<Architecture, PaperClean>> = {
  'preact-resnet18': {
    table: 1,
    network: 'Preact-18',
    top1: { vanilla: 75.68, mixup: 77.54, advprop: 75.06, mixprop: 78.05 },
    advprop: 'advprop-pgd1',
  },
  'preact-resnet50': {
    table: 1,
    network: 'Preact-50',
    top1: { vanilla: 77.08, mixup: 78.62, advprop: 76.7, mixprop: 79.74 },
    advprop: 'advprop-pgd4',
  },
  resnet18: { table: 2, network: 'ResNet-18', top1: { vanilla: 83.4, mixup: 84.1, advprop: 83.76, mixprop: 84.58 } },
  resnet50: { table: 2, network: 'ResNet-50', top1: { vanilla: 84.84, mixup: 84.92, advprop: 86.18, mixprop: 85.64 } },
};

/** How Tables 1 and 2 were made (section 4.1). */
export const paperCleanSettings: Record<PaperClean['table'], string> = {
  1: 'CIFAR-100, all images, 320 epochs, batch 128',
  2: 'ImageNet-100, all images, 270 epochs, batch 128',
};

/** Table 3: mCE on ImageNet-100-C, and top-1 on Stylized-ImageNet-100. */
export interface PaperDistorted {
  mCE: number;
  stylizedTop1: number;
}

const resnet18 = {
  'vanilla main': { mCE: 66.7, stylizedTop1: 18.9 },
  'mixup main': { mCE: 59.1, stylizedTop1: 23.7 },
  'advprop main': { mCE: 61.4, stylizedTop1: 21.8 },
  'mixprop main': { mCE: 59.2, stylizedTop1: 23.8 },
  'advprop aux': { mCE: 65.7, stylizedTop1: 22.2 },
  'mixprop aux': { mCE: 58.6, stylizedTop1: 25.8 },
};

const resnet50: typeof resnet18 = {
  'vanilla main': { mCE: 61.8, stylizedTop1: 21 },
  'mixup main': { mCE: 56.8, stylizedTop1: 26 },
  'advprop main': { mCE: 54, stylizedTop1: 27 },
  'mixprop main': { mCE: 56.8, stylizedTop1: 24.8 },
  'advprop aux': { mCE: 62.3, stylizedTop1: 26.1 },
  'mixprop aux': { mCE: 54.4, stylizedTop1: 29.5 },
};

/** A line of Table 3; undefined where the paper has none. */
export function paperDistorted(architecture: Architecture, method: string, branch: string): PaperDistorted | undefined {
  const lines: Partial<Record<string, PaperDistorted>> | undefined = { resnet18, resnet50 }[architecture as string];
  return lines?.[`${method} ${branch}`];
}

/** How Table 3 was made; what mCE was normalised by it does not say. */
export const paperDistortedSettings = 'ImageNet-100-C and Stylized-ImageNet-100, 270 epochs, all images';
