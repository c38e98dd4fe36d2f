import { expect, test } from 'vitest';
import { parseRuntimeList, runtimeChoices } from '../../../extension/runtime/runtime-choices';

const choicesFor = (list: unknown) => runtimeChoices(parseRuntimeList([JSON.stringify(list)]) ?? []);

test('what is not there can be installed', () => {
  expect(choicesFor([]).map(({ name, state }) => [name, state])).toEqual([
    ['tensorflow', 'absent'],
    ['tensorflow-gpu', 'absent'],
  ]);
});

test('what is there says its version and folder, and what is wrong with it', () => {
  const [cpu, gpu] = choicesFor([
    { name: 'tensorflow', version: '2.21.0', folder: '/runtimes/tensorflow', isSound: true, diskBytes: 855e6 },
    { name: 'tensorflow-gpu', folder: '/runtimes/tensorflow-gpu', problem: 'runtime.json is missing' },
  ]);
  expect(cpu).toMatchObject({
    state: 'sound',
    description: 'tensorflow 2.21.0 · installed',
    detail: '855 MB in /runtimes/tensorflow',
  });
  expect(gpu).toMatchObject({ state: 'damaged', detail: 'runtime.json is missing' });
});

test('a list that cannot be read is none', () => {
  expect(parseRuntimeList(['[{"name":'])).toBeUndefined();
  expect(parseRuntimeList([])).toBeUndefined();
  expect(parseRuntimeList(['[{"name":"tensorflow"}]'])).toBeUndefined();
});
