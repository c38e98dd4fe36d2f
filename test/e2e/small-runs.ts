import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes `<name>.mixprop.json` with an experiment of a few seconds; returns its path. */
export function writeSmallExperiment(workspace: string, name: string, method: 'mixprop' | 'vanilla'): string {
  const experiment = {
    name,
    dataset: { type: 'shapes', imageSize: 16, trainingImages: 320, validationImages: 100 },
    model: { width: 4 },
    method: { type: method },
    training: { epochs: 5, batchSize: 16 },
  };
  const file = join(workspace, `${name}.mixprop.json`);
  writeFileSync(file, `${JSON.stringify(experiment, null, 2)}\n`);
  return file;
}

/** Trains two small runs, `small-mixprop` and `small-vanilla`, into a workspace's runs folder. */
export function trainSmallRuns(workspace: string): void {
  for (const method of ['mixprop', 'vanilla'] as const) {
    const name = `small-${method}`;
    const file = writeSmallExperiment(workspace, name, method);
    const args = ['dist/mixprop.js', 'train', file, '--runs', join(workspace, 'runs'), '--name', name];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`mixprop train ended with ${result.status}:\n${result.stderr}`);
  }
}
