import { expect, test } from 'vitest';
import { experimentNameProblem } from '../../../common/experiment/experiment-name';

test('names that no file can have are refused with a reason', () => {
  for (const name of ['', ' ', ' a', 'a/b', 'a\\b', 'a:b', '.a', 'a.', 'a\nb', 'x'.repeat(101)]) {
    expect(experimentNameProblem(name), JSON.stringify(name)).toBeTypeOf('string');
  }
  for (const name of ['CIFAR-10 × 16', 'console', 'com10', 'a.con', 'mixprop', 'json'])
    expect(experimentNameProblem(name), name).toBeUndefined();
});

test.each([
  ['CON', 'On Windows CON is a device, and no file can be called so: choose another name.'],
  ['nul', 'On Windows NUL is a device'],
  ['com1.small', 'On Windows COM1 is a device'],
  ['Lpt9 .x', 'On Windows LPT9 is a device'],
  ['a ', 'A name cannot begin or end with a space.'],
  ['a.', 'A name cannot begin or end with a dot.'],
  ['x.mixprop.json', 'Leave out .mixprop.json: experiment files get .mixprop.json automatically.'],
  ['x.MixProp', 'Leave out .MixProp:'],
  ['x.json', 'Leave out .json:'],
])('%j is refused: %s', (name, reason) => {
  expect(experimentNameProblem(name)).toContain(reason);
});
