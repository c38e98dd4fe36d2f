import { afterEach, describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../../common/errors/usage-error';
import { parseInvocation } from '../../../trainer/cli/command';
import { forEachTarget } from '../../../trainer/cli/each-target';
import { explainCommand } from '../../../trainer/cli/explain';

afterEach(() => {
  vi.restoreAllMocks();
});

function start() {
  const stop = new AbortController();
  let errors = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += String(text);
    return true;
  });
  return { stop, invocation: parseInvocation(explainCommand, [], stop), errors: () => errors };
}

class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

describe('work for several targets', () => {
  test('goes on behind those that fail, which are named; the status is that of failed work before that of bad arguments', async () => {
    const { invocation, errors } = start();
    const failing: Record<string, Error> = {
      b: new UsageError('b has no checkpoint'),
      d: new TrainingError('the loss is not finite'),
    };
    const work = async (target: string) => {
      if (failing[target]) throw failing[target];
      return target.toUpperCase();
    };
    expect(await forEachTarget(['a', 'b', 'c'], invocation, work)).toMatchObject({ done: ['A', 'C'], status: 2 });
    const all = await forEachTarget(['a', 'b', 'c', 'd', 'b'], invocation, work);
    expect(all).toMatchObject({ done: ['A', 'C'], untouched: [], status: 1 });
    expect(all.failures).toEqual(['b has no checkpoint', 'd: the loss is not finite', 'b has no checkpoint']);
    expect(errors()).toContain('mixprop: d: the loss is not finite\n');
    expect(await forEachTarget(['a', 'c'], invocation, work)).toMatchObject({ done: ['A', 'C'], status: 0 });
  });

  test('of one target ends with its error, of any with a defect', async () => {
    const { invocation } = start();
    const fail = (error: Error) => () => Promise.reject(error);
    await expect(forEachTarget(['a'], invocation, fail(new UsageError('no')))).rejects.toThrow('no');
    await expect(forEachTarget(['a', 'b'], invocation, fail(new TypeError('defect')))).rejects.toThrow('defect');
  });

  test('does not begin another when it is stopped', async () => {
    const { invocation, stop } = start();
    const { done, untouched } = await forEachTarget(['a', 'b', 'c'], invocation, async (target) => {
      if (target === 'b') stop.abort();
      return target;
    });
    expect([done, untouched]).toEqual([['a', 'b'], ['c']]);
  });
});
