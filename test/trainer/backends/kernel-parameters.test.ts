import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelParameters } from '../../../trainer/backends/wasm/kernel-parameters';

test('kernels have the parameters that their sources declare, in that order', () => {
  const folder = join(__dirname, '../../../trainer/backends/wasm/assembly');
  const sources = readdirSync(folder).flatMap((name) =>
    name.endsWith('.ts') ? readFileSync(join(folder, name), 'utf8') : [],
  );
  const declared = Object.fromEntries(
    [...sources.join('').matchAll(/export function (\w+)\(([^)]*)\): void/g)].map(([, name, parameters]) => [
      name,
      [...parameters.matchAll(/(\w+):/g)].map(([, parameter]) => parameter),
    ]),
  );
  expect(declared).toEqual(
    Object.fromEntries(Object.entries(kernelParameters).map(([name, own]) => [name, [...own, 'begin', 'end']])),
  );
});
