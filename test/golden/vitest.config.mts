import { resolve } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from '../../vitest.config.mjs';

/** Every frozen reference on the embedded backend; the ordinary tests take a part of them. */
const { include: _, ...test } = ordinary.test!;
export default mergeConfig(
  { test },
  defineConfig({
    root: resolve(import.meta.dirname, '../..'),
    test: { include: ['test/golden/**/*.test.ts'], env: { MIXPROP_GOLDEN: 'all' }, hookTimeout: 120_000 },
  }),
);
