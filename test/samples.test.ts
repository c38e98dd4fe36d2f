import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { experimentFileSchema } from '../common/experiment/schema';

const samples = readdirSync('samples').filter((file) => file.endsWith('.mixprop.json'));

test('there are samples for a start, a comparison, a sweep and own photos', () => {
  expect(samples.sort()).toEqual([
    'cifar10-folder.mixprop.json',
    'quickstart.mixprop.json',
    'sweep.mixprop.json',
    'vanilla.mixprop.json',
  ]);
});

test.each(samples)('%s is a valid experiment', (file) => {
  const problems: ParseError[] = [];
  const value: unknown = parse(readFileSync(join('samples', file), 'utf8'), problems, { allowTrailingComma: false });
  expect(problems).toEqual([]);
  expect(experimentFileSchema.safeParse(value).error).toBeUndefined();
});
