import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { trainExperiment } from './small-runs';

const archive = join(process.env.MIXPROP_TEST_DATA ?? resolve('../shared/data'), 'cifar10-jpeg.tar.gz');

/** Whether there are photos to train on: CIFAR-10 as JPEG files, see the README of MIXPROP_TEST_DATA. */
export const hasPhotos = existsSync(archive);

const methods = {
  vanilla: { type: 'vanilla' },
  mixprop: { type: 'mixprop' },
  advprop: { type: 'advprop', attack: { epsilonPixels: 1, stepPixels: 1, steps: 1 } },
} as const;

/** The runs that `trainPhotoRuns` leaves. */
export const photoRunIds = Object.keys(methods).map((method) => `photos-${method}`);

/** Trains vanilla, MixProp and AdvProp for three epochs on a few hundred photos, into a workspace's runs folder. */
export function trainPhotoRuns(workspace: string): void {
  const data = join(workspace, 'photos');
  mkdirSync(data);
  const parts = ['train/*/000?.jpg', 'train/*/001?.jpg', 'train/*/002?.jpg', 'test/*/000?.jpg'];
  const wanted = parts.map((part) => `cifar10-jpeg/${part}`);
  const unpacked = spawnSync('tar', ['-xzf', archive, '-C', data, '--strip-components=1', '--wildcards', ...wanted], {
    encoding: 'utf8',
  });
  if (unpacked.status !== 0) throw new Error(`tar ended with ${unpacked.status}:\n${unpacked.stderr}`);
  for (const [name, method] of Object.entries(methods)) {
    const file = join(workspace, `photos-${name}.mixprop.json`);
    const experiment = {
      name: `photos-${name}`,
      dataset: { type: 'image-folder', path: 'photos', imageSize: 32 },
      model: { width: 4 },
      method,
      training: { epochs: 3, batchSize: 16 },
      checkpoint: { every: 1 },
    };
    writeFileSync(file, `${JSON.stringify(experiment, null, 2)}\n`);
    trainExperiment(file, workspace, `photos-${name}`);
  }
}
