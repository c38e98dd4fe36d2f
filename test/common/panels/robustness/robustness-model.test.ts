import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import { robustnessRun } from '../../../../common/panels/robustness/robustness-model';
import { evaluationSchema } from '../../../../common/run/evaluations';
import { RunSummaryBuilder } from '../../../../common/run/run-summary';
import { runName } from '../../../run-name';
import { measuresOf, someEvaluation } from '../../run/evaluation-fixture';

const experiment = experimentSchema.parse({ name: 'mixprop-small', dataset: { type: 'shapes' }, model: { width: 8 } });
const { summary } = new RunSummaryBuilder({ runId: 'run', folder: 'runs/run', experiment });
const modelOf = (...evaluations: ReturnType<typeof someEvaluation>[]) =>
  robustnessRun(
    { runName: runName('run'), experiment, summary },
    {
      evaluations: evaluations.map((evaluation, index) => ({ name: `e${index}`, file: `e${index}.json`, evaluation })),
      problems: ['evaluations/x.json is damaged'],
    },
  );

describe('the robustness of a run', () => {
  test('has the numbers of its files, their branches and what is wrong with others', () => {
    expect(evaluationSchema.parse(someEvaluation())).toEqual(someEvaluation());
    const { header, evaluations, problems } = modelOf(someEvaluation());
    expect(header).toMatchObject({ runId: 'run', name: 'mixprop-small', description: 'mixprop · preact-resnet18 ×8' });
    expect(problems).toEqual(['evaluations/x.json is damaged']);
    const [evaluation] = evaluations;
    expect(evaluation).toMatchObject({
      name: 'e0',
      checkpoint: 'best, after epoch 4',
      epoch: 4,
      images: 100,
      dataset: 'shapes, 16 px',
      source: 'corrupted on the fly, strength cifar, seed 0',
      hasPredictions: false,
    });
    expect(Object.keys(evaluation!.branches)).toEqual(['main', 'aux']);
    expect(evaluation!.branches.aux!.corruptions.fog!['3']).toEqual(measuresOf(0.5));
    expect(evaluation!.branches.main!.summary).toMatchObject({ unnormalised: 35, baseline: null });
  });

  test('always names what its summary is normalised by', () => {
    const label = (change: object) => {
      const evaluation = someEvaluation();
      Object.assign(evaluation.branches.main!.summary!, change);
      return modelOf(evaluation).evaluations[0]!.branches.main!.summary!.label;
    };
    expect(label({})).toContain('not normalised');
    expect(label({ mCE: 90, baseline: 'alexnet' })).toContain('normalised by AlexNet');
    expect(label({ mCE: 90, baseline: 'vanilla-1' })).toContain('normalised by run vanilla-1');
  });

  test('says which checkpoint and which images', () => {
    const wordsOf = (change: Parameters<typeof someEvaluation>[0]) => modelOf(someEvaluation(change)).evaluations[0]!;
    expect(wordsOf({ checkpoint: 3 }).checkpoint).toBe('epoch 3');
    expect(wordsOf({ checkpoint: null, epoch: null }).checkpoint).toBe('a checkpoint');
    expect(wordsOf({ source: null }).source).toBeUndefined();
    expect(wordsOf({ source: { kind: 'folder', path: 'data/CIFAR-10-C' } }).source).toBe(
      'corrupted files in data/CIFAR-10-C',
    );
    expect(wordsOf({ predictions: 'e0.predictions.bin' }).hasPredictions).toBe(true);
  });
});
