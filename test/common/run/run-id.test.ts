import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextRunId, runIdProblem, runIdStem } from '../../../common/run/run-id';

describe('run ids', () => {
  test('count on from the highest number in use', () => {
    expect(nextRunId('cifar', [])).toBe('cifar-1');
    expect(nextRunId('cifar', ['cifar-1', 'cifar-9', 'other-30', 'cifar-10', 'cifar-x', 'cifar'])).toBe('cifar-11');
    expect(nextRunId('Cifar', ['CIFAR-3'])).toBe('Cifar-4');
  });

  test('keep the name readable', () => {
    expect(runIdStem('Größe: MixProp, α = 1')).toBe('Gro-e-MixProp-1');
    expect(runIdStem('mixprop 16×16')).toBe('mixprop-16-16');
    expect(runIdStem('../..')).toBe('experiment');
    expect(runIdStem('実験')).toBe('experiment');
    expect(nextRunId('nul.ｘ', [])).toBe('nul-x-1');
  });

  test.each([
    ['CON', 'on Windows CON is a device'],
    ['com1.small', 'on Windows COM1 is a device'],
    ['x.mixprop.json', 'leave out .mixprop.json'],
    ['x.', 'a name cannot begin or end with a dot'],
    ['x ', 'use up to 100 letters, digits, dots, dashes and underscores'],
    ['.x', 'not starting with a dot'],
  ])('%j is refused: %s', (id, reason) => {
    expect(runIdProblem(id)).toContain(reason);
  });

  test('are new and valid for every name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), fc.array(fc.nat(1000)), (name, numbers) => {
        const stem = runIdStem(name);
        const taken = numbers.map((number) => `${stem}-${number}`);
        const id = nextRunId(name, taken);
        expect(runIdProblem(id)).toBeUndefined();
        expect(taken.includes(id)).toBe(false);
      }),
    );
  });
});
