import { expect, test } from 'vitest';
import { CurvesChoicesMemory } from '../../../../extension/panels/curves/curves-choices';
import { choicesOf, restoreChoices, restoreState } from '../../../../webview/curves/panel-state';

test('a workspace remembers how its curves were looked at', () => {
  const stored = new Map<string, unknown>();
  const memory = new CurvesChoicesMemory({
    get: (key) => stored.get(key),
    update: async (key, value) => void stored.set(key, JSON.parse(JSON.stringify(value))),
  });
  expect(memory.read()).toBeUndefined();
  const choices = { ...choicesOf(restoreState(undefined)), smoothing: 0.3, xAxis: 'wall' as const };
  memory.write(choices);
  expect(restoreChoices(memory.read())).toEqual(choices);
});
