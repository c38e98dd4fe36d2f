import { describe, expect, test } from 'vitest';
import { type ExperimentInput, experimentSchema } from '../../../common/experiment/schema';
import type { EpochEvent } from '../../../common/run/events';
import type { RunEnvironment } from '../../../common/run/run-folder';
import { runRows, runTable } from '../../../trainer/report/run-table';
import { markdownOf } from '../../../trainer/report/text-table';
import { runName } from '../../run-name';

const experiment = experimentSchema.parse({ dataset: { type: 'shapes' }, training: { epochs: 5 } });

const epoch = (number: number, main?: number, aux?: number): EpochEvent => {
  const branch = (top1: number) => ({ loss: 1, top1, top5: 1 });
  return {
    seq: number,
    time: number,
    type: 'epoch',
    epoch: number,
    step: number,
    learningRate: 0.1,
    train: { loss: { total: 1, main: 1 } },
    ...(main === undefined
      ? {}
      : { validation: { main: branch(main), ...(aux === undefined ? {} : { aux: branch(aux) }) } }),
    seconds: { training: number, validation: main === undefined ? 0 : 2 },
  };
};

describe('the table of a report', () => {
  const source = { runName: runName('a|b'), experiment, state: 'stopped' as const, environment: undefined };

  test('best and last top-1 of each branch, mean time of an epoch', () => {
    const [row] = runRows([{ ...source, epochs: [epoch(1, 0.5, 0.25), epoch(2), epoch(3, 0.4, 0.3)] }]);
    expect(row).toEqual({
      runId: 'a|b',
      label: 'a|b',
      name: 'experiment',
      state: 'stopped',
      method: 'mixprop',
      network: 'preact-resnet18 ×64',
      epochs: 3,
      totalEpochs: 5,
      main: { best: 0.5, last: 0.4 },
      aux: { best: 0.3, last: 0.3 },
      secondsPerEpoch: (1 + 2 + 2 + 3 + 2) / 3,
      costN: 2,
    });
    expect(markdownOf(runTable([row])).split('\n')).toEqual([
      '| Run | Method | Network | State | Epochs | Main top-1, best | Main top-1, last | Aux top-1, best | Aux top-1, last | Seconds an epoch | Cost | Measured cost | Backend |',
      '| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
      '| a\\|b | mixprop | preact-resnet18 ×64 | stopped | 3 of 5 | 50.00 % | 40.00 % | 30.00 % | 30.00 % | 3.3 | 2 N | – | – |',
      '',
    ]);
  });

  test('the cost that the paper counts, and the measured one beside a vanilla run of the same kind', () => {
    const environment = { backend: 'wasm', device: 'two threads' } as RunEnvironment;
    const run = (method: ExperimentInput['method'], seconds: number, width = 64) => ({
      ...source,
      experiment: experimentSchema.parse({ method, model: { width } }),
      environment,
      epochs: [epoch(seconds), epoch(seconds), epoch(100)],
    });
    const rows = runRows([
      run({ type: 'advprop', attack: { epsilonPixels: 2, steps: 3, targeted: true } }, 8),
      run({ type: 'vanilla' }, 2),
      run({ type: 'mixprop', auxiliary: 'noise' }, 3, 16),
    ]);
    expect(rows.map(({ method, costN, measuredCost }) => [method, costN, measuredCost])).toEqual([
      ['advprop (PGD-3, targeted)', 5, 4],
      ['vanilla', 1, 1],
      ['mixprop (noise)', 2, undefined],
    ]);
  });

  test('a run without an epoch has no numbers', () => {
    const [row] = runRows([{ ...source, epochs: [] }]);
    expect(row).not.toHaveProperty('main');
    expect(markdownOf(runTable([row]))).toContain('| 0 of 5 | – | – | – | – | – | 2 N | – | – |');
  });
});
