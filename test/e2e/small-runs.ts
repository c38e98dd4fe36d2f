import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Images that are looked at, and after how many epochs. */
interface SmallExplain {
  images: number[];
  every: number;
}

/** Writes `<name>.mixprop.json` with an experiment of a few seconds; returns its path. */
export function writeSmallExperiment(
  workspace: string,
  name: string,
  method: 'mixprop' | 'vanilla' | 'advprop',
  { trainingImages = 320, explain }: { trainingImages?: number; explain?: SmallExplain } = {},
): string {
  const experiment = {
    name,
    dataset: { type: 'shapes', imageSize: 16, trainingImages, validationImages: 100 },
    model: { width: 4 },
    method: { type: method },
    training: { epochs: 5, batchSize: 16 },
    ...(explain && { explain }),
  };
  const file = join(workspace, `${name}.mixprop.json`);
  writeFileSync(file, `${JSON.stringify(experiment, null, 2)}\n`);
  return file;
}

/** Trains two small runs, `small-mixprop` and `small-vanilla`, into a workspace's runs folder. */
export function trainSmallRuns(workspace: string, explain?: SmallExplain): void {
  for (const method of ['mixprop', 'vanilla'] as const) {
    const name = `small-${method}`;
    trainExperiment(writeSmallExperiment(workspace, name, method, explain && { explain }), workspace, name);
  }
}

/** Twenty small runs of three methods: one trained of each, the others copies of these. */
export function trainTwentyRuns(workspace: string): void {
  const methods = ['mixprop', 'vanilla', 'advprop'] as const;
  const folder = (index: number) =>
    join(workspace, 'runs', `${methods[index % 3]}-${String(index + 1).padStart(2, '0')}`);
  for (let index = 0; index < 20; index++) {
    if (index >= 3) {
      cpSync(folder(index % 3), folder(index), { recursive: true });
      continue;
    }
    const file = writeSmallExperiment(workspace, methods[index]!, methods[index]!, { trainingImages: 160 });
    trainExperiment(file, workspace, basename(folder(index)));
  }
}

/** Trains an experiment from the command line, as the run `runId` of the workspace. */
export function trainExperiment(file: string, workspace: string, runId: string): void {
  const args = ['dist/mixprop.js', 'train', file, '--runs', join(workspace, 'runs'), '--name', runId];
  const result = spawnSync(process.execPath, [...args, '--backend', 'wasm'], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`mixprop train ended with ${result.status}:\n${result.stderr}`);
}
