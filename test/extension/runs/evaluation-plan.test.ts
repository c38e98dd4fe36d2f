import { describe, expect, test } from 'vitest';
import {
  type EvaluationPlan,
  evaluateArguments,
  parseEvaluationProgress,
} from '../../../extension/runs/evaluation-plan';

const plan: EvaluationPlan = {
  folder: '/runs/a',
  checkpoint: 'best',
  branch: 'both',
  images: { kind: 'common' },
  limit: undefined,
  baseline: 'none',
  backend: 'auto',
};
const line = (change: Partial<EvaluationPlan>, hasAux = true) =>
  evaluateArguments({ ...plan, ...change }, hasAux).join(' ');

describe('the command line of an evaluation', () => {
  test('says what was chosen', () => {
    expect(line({})).toBe(
      'evaluate /runs/a --checkpoint best --branch both --corruptions common --backend auto --json',
    );
    expect(line({ checkpoint: '7', limit: 1000, images: { kind: 'all' }, baseline: 'alexnet' })).toBe(
      'evaluate /runs/a --checkpoint 7 --branch both --corruptions all --images 1000 --baseline alexnet --backend auto --json',
    );
    expect(line({ images: { kind: 'corrupted', folder: '/data/C' }, branch: 'aux' })).toContain(
      '--branch aux --corrupted /data/C',
    );
  });

  test('a network with one branch has none to choose, clean images no baseline', () => {
    expect(line({}, false)).not.toContain('--branch');
    expect(line({ images: { kind: 'clean' }, baseline: 'alexnet' })).toBe(
      'evaluate /runs/a --checkpoint best --branch both --corruptions none --backend auto --json',
    );
    expect(line({ images: { kind: 'stylized', folder: '/s' }, baseline: 'alexnet' })).not.toContain('--baseline');
  });
});

describe('lines of its progress', () => {
  test('are read', () => {
    expect(parseEvaluationProgress('evaluating: 250 of 1000, 3 min 5 s left  fog 3  120 images/s')).toEqual({
      phase: 'evaluating',
      share: 0.25,
      remaining: '3 min 5 s',
    });
    expect(parseEvaluationProgress('decoding: 5 of 5')).toEqual({ phase: 'decoding', share: 1 });
    expect(parseEvaluationProgress('reading cache: 0 of 0')).toEqual({ phase: 'reading cache', share: 0 });
  });

  test('others are not', () => {
    for (const other of ['warning: 3 of 4 images are broken', 'top-1: 43.2 %', '', 'stopped after 3 of 4 images: x']) {
      expect(parseEvaluationProgress(other)).toBeUndefined();
    }
  });
});
