import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../trainer/experiment/schema';
import { markdownTable, runRow } from '../../../trainer/report/run-table';
import type { EpochEvent } from '../../../trainer/run/events';

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
  const source = { runId: 'a|b', experiment, state: 'stopped' as const, environment: undefined };

  test('best and last top-1 of each branch, mean time of an epoch', () => {
    const row = runRow({ ...source, epochs: [epoch(1, 0.5, 0.25), epoch(2), epoch(3, 0.4, 0.3)] });
    expect(row).toEqual({
      runId: 'a|b',
      name: 'experiment',
      state: 'stopped',
      method: 'mixprop',
      network: 'preact-resnet18 ×64',
      epochs: 3,
      totalEpochs: 5,
      main: { best: 0.5, last: 0.4 },
      aux: { best: 0.3, last: 0.3 },
      secondsPerEpoch: (1 + 2 + 2 + 3 + 2) / 3,
    });
    expect(markdownTable([row]).split('\n')).toEqual([
      '| Run | Method | Network | State | Epochs | Main top-1, best | Main top-1, last | Aux top-1, best | Aux top-1, last | Seconds an epoch | Backend |',
      '| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
      '| a\\|b | mixprop | preact-resnet18 ×64 | stopped | 3 of 5 | 50.00 % | 40.00 % | 30.00 % | 30.00 % | 3.3 | – |',
      '',
    ]);
  });

  test('a run without an epoch has no numbers', () => {
    const row = runRow({ ...source, epochs: [] });
    expect(row).not.toHaveProperty('main');
    expect(markdownTable([row])).toContain('| 0 of 5 | – | – | – | – | – | – |');
  });
});
