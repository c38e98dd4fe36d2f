import { expect, test } from 'vitest';
import { experimentNameProblem } from '../../../trainer/experiment/experiment-name';

test('names that no file can have are refused with a reason', () => {
  for (const name of ['', ' ', ' a', 'a/b', 'a\\b', 'a:b', '.a', 'a.', 'a\nb', 'x'.repeat(101)]) {
    expect(experimentNameProblem(name), JSON.stringify(name)).toBeTypeOf('string');
  }
  expect(experimentNameProblem('CIFAR-10 × 16')).toBeUndefined();
});
