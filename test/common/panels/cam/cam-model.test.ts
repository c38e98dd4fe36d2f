import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import { CamModel } from '../../../../common/panels/cam/cam-model';
import type { RunEvent, RunEventBody } from '../../../../common/run/events';
import { runName } from '../../../run-name';

const experiment = experimentSchema.parse({ name: 'run', dataset: { type: 'shapes' }, training: { epochs: 4 } });
const noFiles = { computed: [], checkpoints: [] };

function modelOf(...bodies: RunEventBody[]): CamModel {
  const model = new CamModel(runName('run'), experiment, 'runs/run');
  for (const [index, body] of bodies.entries()) model.add({ seq: index + 1, time: index, ...body } as RunEvent);
  return model;
}
const epochEnd = (epoch: number, top1: number): RunEventBody => {
  const loss = { total: 1, main: 1 };
  const validation = { main: { loss: 1, top1, top5: 1 } };
  const seconds = { training: 1, validation: 1 };
  return { type: 'epoch', epoch, step: 10 * epoch, learningRate: 1, train: { loss }, validation, seconds };
};
const step = (at: number, epoch: number): RunEventBody => ({
  type: 'step',
  step: at,
  epoch,
  learningRate: 1,
  loss: { total: 1, main: 1 },
  imagesPerSecond: 1,
});
const explained = (epoch: number, image: string): RunEventBody => ({
  type: 'explain',
  epoch,
  step: 10 * epoch,
  image,
  index: 3,
  branch: 'main',
  class: 'a',
  label: 'b',
  predicted: 'a',
  confidence: 0.5,
  grid: [[1]],
});

describe('the model of the CAM panel', () => {
  test('knows the images and the epochs whose maps were recorded', () => {
    const model = modelOf(
      { type: 'status', state: 'running', totalSteps: 40, totalEpochs: 4 },
      step(10, 1),
      epochEnd(1, 0.2),
      explained(1, 'one'),
      explained(1, 'two'),
      step(20, 2),
      epochEnd(2, 0.1),
      explained(2, 'one'),
      explained(2, 'two'),
    );
    expect(model.run({ computed: [4], checkpoints: [1, 3, 4] })).toMatchObject({
      header: { runId: 'run', state: 'running', epoch: 2, totalEpochs: 4, step: 20, totalSteps: 40 },
      branches: ['main', 'aux'],
      dataset: 'shapes 0',
      images: [
        { path: 'one', index: 3, label: 'b' },
        { path: 'two', index: 3, label: 'b' },
      ],
      epochs: [1, 2, 4],
      checkpoints: [1, 3, 4],
    });
    expect(model.namedCheckpoints).toEqual({ last: 2, best: 1 });
  });

  test('forgets what a resumed run does again', () => {
    const first = [
      step(10, 1),
      epochEnd(1, 0.2),
      explained(1, 'one'),
      step(20, 2),
      epochEnd(2, 0.4),
      explained(2, 'one'),
    ];
    const model = modelOf(...first, { type: 'status', state: 'running', fromStep: 15 });
    expect(model.run(noFiles).epochs).toEqual([1]);
    expect(model.run(noFiles).header.step).toBe(14);
    // last.safetensors is of the middle of an epoch.
    expect(model.namedCheckpoints).toEqual({});
  });

  test('has news once: not for steps alone', () => {
    const model = modelOf();
    expect(model.take()).toBe(true);
    expect(model.take()).toBe(false);
    model.add({ seq: 1, time: 1, ...step(1, 1) } as RunEvent);
    expect(model.take()).toBe(false);
    model.add({ seq: 2, time: 1, ...explained(1, 'one') } as RunEvent);
    expect(model.take()).toBe(true);
    model.touch();
    expect(model.take()).toBe(true);
    // There are other pictures from now on.
    model.add({ seq: 3, time: 1, type: 'images', step: 1, epoch: 0, images: ['two'] });
    expect(model.take()).toBe(true);
  });

  test('a method with one branch has one', () => {
    const vanilla = experimentSchema.parse({ dataset: { type: 'shapes' }, method: { type: 'vanilla' } });
    expect(new CamModel(runName('v'), vanilla, 'runs/v').run(noFiles).branches).toEqual(['main']);
  });
});
