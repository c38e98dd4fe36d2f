import { beforeAll, describe, expect, test } from 'vitest';
import { expectAgreement, finalBound } from './deviation';
import { type GoldenCase, namedLosses, storedDigests, storedLogits } from './golden-case';
import { type CaseResult, type MakeExecutor, trainCase } from './train-case';

/** Share of an iteration's values that may differ from the reference's. */
const differingShare = 1e-3;

/** Defines the tests of a case. @param count so many steps of it are run; after fewer than all nothing is compared */
export function compareCase(golden: GoldenCase, makeExecutor: MakeExecutor, count = golden.steps.length): void {
  describe(`PyTorch and ${golden.title} agree on`, () => {
    let result: CaseResult;

    beforeAll(() => {
      result = trainCase(golden, makeExecutor, count);
    });

    test('the logits of the initial network, in inference mode', () => {
      expectAgreement(result.logitsBefore, storedLogits(golden, 'before', result.branches));
    });

    test('the losses of the first step', () => {
      expectAgreement(namedLosses(result.losses.slice(0, 1), 1), namedLosses([golden.steps[0].loss], 1));
    });

    test('the gradients of the first step', () => {
      expectAgreement(result.gradients, storedDigests(golden, 'gradients', result.branches));
    });

    test('the running statistics after the first step', () => {
      expectAgreement(result.statistics, storedDigests(golden, 'statistics', result.branches));
    });

    if (golden.method && 'attack' in golden.method) {
      test("the images after each iteration of the attack, from the reference's", () => {
        expect(result.iterations!.clear, 'values that differ though their gradient is not tiny').toBe(0);
        expect(result.iterations!.share, 'share of values that differ').toBeLessThanOrEqual(differingShare);
      });
    }

    if (count < golden.steps.length) return;

    test('the losses of all steps', () => {
      const reference = golden.steps.map(({ loss }) => loss);
      expectAgreement(namedLosses(result.losses, 1), namedLosses(reference, 1), finalBound);
    });

    test('every parameter and running statistic after all steps', () => {
      expectAgreement(result.final, storedDigests(golden, 'final', result.branches), finalBound);
    });

    test('the logits of the trained network, in inference mode', () => {
      expectAgreement(result.logitsAfter, storedLogits(golden, 'after', result.branches), finalBound);
    });
  });
}
