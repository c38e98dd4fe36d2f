import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Trains two small runs, `small-mixprop` and `small-vanilla`, into a workspace's runs folder. */
export function trainSmallRuns(workspace: string): void {
  for (const method of ['mixprop', 'vanilla']) {
    const name = `small-${method}`;
    const file = join(workspace, `${name}.mixprop.json`);
    const experiment = {
      name,
      dataset: { type: 'shapes', imageSize: 16, trainingImages: 320, validationImages: 100 },
      model: { width: 4 },
      method: { type: method },
      training: { epochs: 5, batchSize: 16 },
    };
    writeFileSync(file, JSON.stringify(experiment, null, 2));
    const args = ['dist/mixprop.js', 'train', file, '--runs', join(workspace, 'runs'), '--name', name];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`mixprop train ended with ${result.status}:\n${result.stderr}`);
  }
}
