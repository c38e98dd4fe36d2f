import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  {
    seed = 1,
    learningRate = 0.1,
    trainingImages = 320,
    explain,
  }: { seed?: number; learningRate?: number; trainingImages?: number; explain?: SmallExplain } = {},
): string {
  const experiment = {
    name,
    seed,
    dataset: { type: 'shapes', imageSize: 16, trainingImages, validationImages: 100 },
    model: { width: 4 },
    method: { type: method },
    optimizer: { learningRate },
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

/** A folder with the runs and experiments that `trainTwentyRuns` trained the first time. */
let twentyRuns: string | undefined;

/** Trains twenty small runs of three methods, with several seeds and learning rates. */
export function trainTwentyRuns(workspace: string): void {
  if (twentyRuns === undefined) {
    twentyRuns = mkdtempSync(join(tmpdir(), 'mixprop-e2e-runs-'));
    for (let index = 0; index < 20; index++) {
      const method = (['mixprop', 'vanilla', 'advprop'] as const)[index % 3]!;
      const name = `${method}-${String(index + 1).padStart(2, '0')}`;
      const settings = {
        seed: 1 + Math.floor(index / 3),
        learningRate: index % 2 === 0 ? 0.1 : 0.05,
        trainingImages: 160,
      };
      trainExperiment(writeSmallExperiment(twentyRuns, name, method, settings), twentyRuns, name);
    }
  }
  cpSync(twentyRuns, workspace, { recursive: true });
}

/** Trains an experiment from the command line, as the run `runId` of the workspace. */
export function trainExperiment(file: string, workspace: string, runId: string): void {
  const args = ['dist/mixprop.js', 'train', file, '--runs', join(workspace, 'runs'), '--name', runId];
  const result = spawnSync(process.execPath, [...args, '--backend', 'wasm'], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`mixprop train ended with ${result.status}:\n${result.stderr}`);
}
