import { describe, expect, test } from 'vitest';
import { announce, summarizeRun } from '../../../../webview/curves/text/text-summary';
import { panelRun } from '../panel-run-fixture';

describe('summarizeRun', () => {
  test('a dual run, rounded in words and exact in attributes', () => {
    const run = panelRun({ runKey: 'r1', main: [2, 1.23456789], aux: [3, 2.5], top1: [0.3, 0.41239] });
    run.restarts.push(2);
    const { text, attributes } = summarizeRun(run);
    expect(text).toBe(
      'name of r1 [r1]: state running; steps 2; last step 2; total loss 3.7346; main loss 1.2346; aux loss 2.5000; ' +
        'validations 2; main top-1 0.4124; aux top-1 0.4124; restarts 1',
    );
    expect(attributes).toEqual({
      'data-run-id': 'r1',
      'data-run-label': 'r1',
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
      'data-localisations': '0',
      'data-last-localisation-epoch': '',
      'data-last-localisation-images': '',
      'data-last-localisation-with-region': '',
      'data-last-main-pointing': '',
      'data-last-main-energy': '',
      'data-last-main-area': '',
      'data-last-main-regions': '',
      'data-last-aux-pointing': '',
      'data-last-aux-energy': '',
      'data-last-aux-area': '',
      'data-last-aux-regions': '',
      'data-last-agreement': '',
      'data-best-epoch': '2',
      'data-checkpoints': '',
    });
  });

  test('with measures of localisation, those of the last record', () => {
    const localisation = {
      mainPointing: [0.5, 0.625],
      mainEnergy: [0.3, 0.306123],
      mainArea: [0.4, 0.368],
      mainRegions: [1, 1.125],
      auxPointing: [0.5, Number.NaN],
      auxArea: [0.4, 0.357],
      agreement: [0.9, -0.25],
    };
    const { text, attributes } = summarizeRun(panelRun({ runKey: 'r4', main: [2, 1], aux: [2, 1], localisation }));
    expect(text).toMatch(
      /; restarts 0; localisations 2; main pointing 0\.6250; main energy 0\.3061; main area 0\.3680; main regions 1\.1250; aux pointing none; aux energy none; aux area 0\.3570; aux regions none; agreement -0\.2500$/,
    );
    expect(attributes).toMatchObject({
      'data-localisations': '2',
      'data-last-localisation-epoch': '2',
      'data-last-localisation-images': '8',
      'data-last-localisation-with-region': '6',
      'data-last-main-pointing': '0.625',
      'data-last-main-energy': '0.306123',
      'data-last-main-area': '0.368',
      'data-last-main-regions': '1.125',
      'data-last-aux-pointing': '',
      'data-last-aux-energy': '',
      'data-last-aux-area': '0.357',
      'data-last-aux-regions': '',
      'data-last-agreement': '-0.25',
    });
  });

  test('what is not there is none, what is not finite is NaN', () => {
    const { text, attributes } = summarizeRun(panelRun({ runKey: 'r2', main: [Number.NaN] }));
    expect(text).toContain('main loss NaN; aux loss none; validations 0; main top-1 none; aux top-1 none');
    expect(attributes['data-last-main-loss']).toBe('NaN');
    expect(attributes['data-last-aux-loss']).toBe('');
    expect(summarizeRun(panelRun({ runKey: 'r3', main: [] })).text).toContain('steps 0; last step none');
  });
});

test('the announcement has the essentials of each run', () => {
  const runs = [panelRun({ runKey: 'a', main: [1.5], top1: [0.5] }), panelRun({ runKey: 'b', main: [] })];
  expect(announce(runs)).toBe('a running, epoch 1 of 10, main loss 1.50, main top-1 50.0 percent. b running');
});
