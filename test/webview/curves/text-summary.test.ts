import { describe, expect, test } from 'vitest';
import { announce, summarizeRun } from '../../../webview/curves/text-summary';
import { panelRun } from './panel-run-fixture';

describe('summarizeRun', () => {
  test('a dual run, rounded in words and exact in attributes', () => {
    const run = panelRun({ runId: 'r1', main: [2, 1.23456789], aux: [3, 2.5], top1: [0.3, 0.41239] });
    run.restarts.push(2);
    const { text, attributes } = summarizeRun(run);
    expect(text).toBe(
      'name of r1 [r1]: state running; steps 2; last step 2; total loss 3.7346; main loss 1.2346; aux loss 2.5000; ' +
        'validations 2; main top-1 0.4124; aux top-1 0.4124; restarts 1',
    );
    expect(attributes).toEqual({
      'data-run-id': 'r1',
      'data-state': 'running',
      'data-steps': '2',
      'data-last-step': '2',
      'data-last-epoch': '2',
      'data-last-total-loss': '3.73456789',
      'data-last-main-loss': '1.23456789',
      'data-last-aux-loss': '2.5',
      'data-last-learning-rate': '0.1',
      'data-validations': '2',
      'data-last-validation-epoch': '2',
      'data-last-main-top1': '0.41239',
      'data-last-aux-top1': '0.41239',
      'data-restarts': '1',
      'data-best-epoch': '2',
      'data-checkpoints': '',
    });
  });

  test('what is not there is none, what is not finite is NaN', () => {
    const { text, attributes } = summarizeRun(panelRun({ runId: 'r2', main: [Number.NaN] }));
    expect(text).toContain('main loss NaN; aux loss none; validations 0; main top-1 none; aux top-1 none');
    expect(attributes['data-last-main-loss']).toBe('NaN');
    expect(attributes['data-last-aux-loss']).toBe('');
    expect(summarizeRun(panelRun({ runId: 'r3', main: [] })).text).toContain('steps 0; last step none');
  });
});

test('the announcement has the essentials of each run', () => {
  const runs = [panelRun({ runId: 'a', main: [1.5], top1: [0.5] }), panelRun({ runId: 'b', main: [] })];
  expect(announce(runs, (runId) => `run ${runId}`)).toBe(
    'run a running, epoch 1 of 10, main loss 1.50, main top-1 50.0 percent. run b running',
  );
});
