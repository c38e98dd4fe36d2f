import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { experimentSchema } from '../../../common/experiment/schema';
import { runPaths } from '../../../common/run/run-folder';
import { type FakeRun, fakeEvents } from '../../webview/fake-stream';

/** A folder for runs that the system cleans up. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'mixprop-report-'));

/** Writes a made-up run of 4 epochs of 5 steps and returns its folder. */
export function writeRun(parent: string, runId: string, change: Partial<FakeRun> = {}): string {
  const fake: FakeRun = {
    runKey: runId,
    name: runId,
    method: 'mixprop',
    width: 8,
    epochs: 4,
    stepsPerEpoch: 5,
    learningRate: 0.1,
    milestones: [],
    steps: 20,
    end: 'finished',
    seed: 1,
    ...change,
  };
  const folder = join(parent, runId);
  mkdirSync(folder, { recursive: true });
  const experiment = experimentSchema.parse({
    name: fake.name,
    dataset: { type: 'shapes' },
    model: { width: fake.width },
    method: { type: fake.method },
    training: { epochs: fake.epochs },
  });
  const environment = { backend: 'wasm', device: 'cpu', baseFolder: parent };
  writeFileSync(runPaths(folder).experiment, JSON.stringify(experiment));
  writeFileSync(runPaths(folder).environment, JSON.stringify(environment));
  const lines: string[] = [];
  for (const event of fakeEvents(fake)) {
    lines.push(`${JSON.stringify(event)}\n`);
    if (event.type === 'step' && event.step === fake.steps && fake.end === 'running') break;
  }
  writeFileSync(runPaths(folder).events, lines.join(''));
  return folder;
}
