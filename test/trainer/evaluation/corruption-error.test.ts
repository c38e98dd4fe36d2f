import { describe, expect, test } from 'vitest';
import { commonCorruptions } from '../../../common/experiment/corruption-names';
import { normalisationLabel } from '../../../common/run/evaluations';
import { alexNetErrors } from '../../../trainer/evaluation/alexnet-errors';
import { type ErrorTable, errorTable, missingForMce, summarise } from '../../../trainer/evaluation/corruption-error';

/** Errors of all 15 corruptions at all severities: `error(corruption, severity)`, from 0 and from 1. */
function table(clean: number, error: (c: number, s: number) => number): ErrorTable {
  const entries = commonCorruptions.map((name, c) => [name, [1, 2, 3, 4, 5].map((s) => error(c, s))] as const);
  return { clean, corruptions: new Map(entries) };
}

/** Halves of a baseline's errors for the first 5 corruptions, the same for the next 5, 1.5 times them for the last 5. */
const baseline = table(0.2, (_, s) => 0.25 + 0.05 * s);
const factors = commonCorruptions.map((_, c) => [0.5, 1, 1.5][Math.floor(c / 5)]);
const measured = table(0.1, (c, s) => factors[c] * (0.25 + 0.05 * s));

describe('mCE', () => {
  test('of a known table is what is calculated by hand', () => {
    const summary = summarise(measured, { name: 'other', errors: baseline })!;
    // The mean of 50, 100 and 150 %.
    expect(summary.mCE).toBeCloseTo(100, 10);
    expect(summary.corruptionErrors!.gaussian_noise).toBeCloseTo(50, 10);
    expect(summary.corruptionErrors!.jpeg_compression).toBeCloseTo(150, 10);
    // Σ E of the baseline is 5 · 0.25 + 0.05 · 15 = 2, and 2 − 5 · 0.2 = 1 relative to clean.
    // Ours: 1 − 0.5, 2 − 0.5 and 3 − 0.5, so relative 50, 150 and 250 %.
    expect(summary.relativeMCE).toBeCloseTo(150, 10);
    // Mean errors of 20, 40 and 60 %.
    expect(summary.unnormalised).toBeCloseTo(40, 10);
    expect(summary).toMatchObject({ corruptions: 15, severities: 5, baseline: 'other' });
  });

  test('is a ratio of sums over the severities, not a mean of ratios', () => {
    const steep = table(0, (_, s) => (s === 5 ? 0.8 : 0.1));
    const flat = table(0, () => 0.4);
    expect(summarise(steep, { name: 'flat', errors: flat })!.mCE).toBeCloseTo((100 * 1.2) / 2, 10);
    expect(summarise(flat, { name: 'steep', errors: steep })!.mCE).toBeCloseTo((100 * 2) / 1.2, 10);
  });

  test('of AlexNet itself is 100 by construction, relative too', () => {
    const summary = summarise(alexNetErrors, { name: 'alexnet', errors: alexNetErrors })!;
    expect(summary.mCE).toBeCloseTo(100, 10);
    expect(summary.relativeMCE).toBeCloseTo(100, 10);
    for (const name of commonCorruptions) expect(summary.corruptionErrors![name]).toBeCloseTo(100, 10);
    // The mean of its 15 errors.
    expect(summary.unnormalised).toBeCloseTo(78.8993, 3);
  });

  test('against AlexNet, of a network that always errs, by the published errors', () => {
    const always = table(1, () => 1);
    const inverse = [0.886428, 0.894468, 0.92264, 0.81988, 0.826268, 0.785948, 0.79836, 0.866816, 0.826572, 0.819324];
    const rest = [0.564592, 0.853204, 0.646056, 0.71784, 0.6065];
    const expected = (100 * [...inverse, ...rest].reduce((sum, error) => sum + 1 / error, 0)) / 15;
    const { mCE, relativeMCE } = summarise(always, { name: 'alexnet', errors: alexNetErrors })!;
    expect(mCE).toBeCloseTo(expected, 10);
    expect(relativeMCE).toBeCloseTo(0, 10);
  });

  test('is refused without all corruptions and severities, with the reason', () => {
    const without = { ...measured, corruptions: new Map([...measured.corruptions].slice(2)) };
    const short = { ...measured, corruptions: new Map(measured.corruptions).set('fog', [0.5, 0.5, 0.5]) };
    const by = { name: 'alexnet', errors: alexNetErrors };
    expect(() => summarise(without, by)).toThrow('2 of the 15 corruptions are missing (gaussian_noise, shot_noise)');
    expect(() => summarise(short, by)).toThrow('fog has 3 of 5 severities');
    expect(() => summarise(measured, { ...by, errors: short })).toThrow('fog has 3 of 5 severities');
    expect(missingForMce(commonCorruptions, () => 5)).toBeUndefined();
  });

  test('is not relative where the baseline loses nothing', () => {
    const unmoved = {
      ...baseline,
      corruptions: new Map(baseline.corruptions).set('brightness', [0.2, 0.2, 0.2, 0.2, 0.2]),
    };
    const summary = summarise(measured, { name: 'other', errors: unmoved })!;
    expect(summary).not.toHaveProperty('relativeMCE');
    expect(summary.mCE).toBeGreaterThan(100);
  });
});

describe('without a baseline', () => {
  test('the mean error is over what there is of the 15; held-out ones do not count', () => {
    const some: ErrorTable = {
      clean: 0.1,
      corruptions: new Map([
        ['fog', [0.2, 0.4]],
        ['snow', [0.5, 0.7]],
        ['saturate', [1, 1]],
      ]),
    };
    const summary = summarise(some, null)!;
    expect(summary).toEqual({ unnormalised: expect.closeTo(45, 10), corruptions: 2, severities: 2, baseline: null });
    expect(summarise({ clean: 0, corruptions: new Map([['saturate', [1]]]) }, null)).toBeUndefined();
  });

  test('labels say what is normalised by what', () => {
    const of = (by: string | null, rows = measured) =>
      normalisationLabel(summarise(rows, by === null ? null : { name: by, errors: baseline })!);
    expect(of('alexnet')).toBe('mCE in %, normalised by AlexNet on ImageNet-C (1000 classes, 224 px)');
    expect(of('tiny-vanilla')).toBe('mCE in %, normalised by run tiny-vanilla (main)');
    expect(of(null)).toBe('mean error in % over the 15 corruptions, not normalised');
    expect(of(null, { clean: 0, corruptions: new Map([['fog', [0.5, 1]]]) })).toBe(
      'mean error in % over 1 of the 15 corruptions at 2 of 5 severities, not normalised',
    );
  });
});

test('errors are those of top-1, by severity', () => {
  const at = (top1: number) => ({ top1, top5: 1, loss: 1, calibrationError: 0 });
  const { clean, corruptions } = errorTable({
    clean: at(0.75),
    corruptions: { fog: { 5: at(0.25), 1: at(0.5) } },
  });
  expect(clean).toBe(0.25);
  expect([...corruptions]).toEqual([['fog', [0.5, 0.75]]]);
});
