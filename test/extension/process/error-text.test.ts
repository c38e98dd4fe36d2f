import { expect, test } from 'vitest';
import { asksForRuntime, errorText } from '../../../extension/process/error-text';

test('the error of a trainer begins with its name; else it is the last line', () => {
  expect(errorText(['loading', 'mixprop: no such file', 'usage: mixprop train'])).toBe(
    'no such file; usage: mixprop train',
  );
  expect(errorText(['loading', 'Killed'])).toBe('Killed');
  expect(errorText(['Killed', 'drawing images: 3 of 9'])).toBe('Killed');
  expect(errorText([])).toBe('');
});

test('an error that a runtime would cure says so', () => {
  expect(asksForRuntime('tensorflow is not installed: run "mixprop runtime install tensorflow"')).toBe(true);
  expect(asksForRuntime('the disk is full')).toBe(false);
});
