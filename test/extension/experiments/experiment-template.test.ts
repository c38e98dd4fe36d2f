import fc from 'fast-check';
import { type ParseError, parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import {
  experimentNameProblem,
  experimentTemplate,
  type StartingPoint,
} from '../../../extension/experiments/experiment-template';
import { experimentSchema } from '../../../trainer/experiment/schema';

const startingPoint: fc.Arbitrary<StartingPoint> = fc.oneof(
  fc.record({ method: fc.constantFrom('mixprop', 'vanilla'), data: fc.constant('shapes') }),
  fc.record({
    method: fc.constantFrom('mixprop', 'vanilla'),
    data: fc.constant('image-folder'),
    path: fc.string({ unit: 'binary', minLength: 1 }),
  }),
) as fc.Arbitrary<StartingPoint>;

describe('new experiments', () => {
  test('are valid for every allowed name and starting point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), startingPoint, (name, start) => {
        fc.pre(experimentNameProblem(name) === undefined);
        const errors: ParseError[] = [];
        const value: unknown = parse(experimentTemplate(name, start), errors);
        expect(errors).toEqual([]);
        const experiment = experimentSchema.parse(value);
        expect(experiment.name).toBe(name);
        expect(experiment.method.type).toBe(start.method);
        expect(experiment.dataset).toMatchObject(
          start.data === 'shapes' ? { type: 'shapes' } : { type: 'image-folder', path: start.path },
        );
      }),
    );
  });

  test('names that no file can have are refused with a reason', () => {
    for (const name of ['', ' ', ' a', 'a/b', 'a\\b', 'a:b', '.a', 'a.', 'a\nb', 'x'.repeat(101)]) {
      expect(experimentNameProblem(name), JSON.stringify(name)).toBeTypeOf('string');
    }
    expect(experimentNameProblem('CIFAR-10 × 16')).toBeUndefined();
  });
});
