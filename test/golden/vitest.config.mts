import { resolve } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from '../../vitest.config.mjs';

/** The training references on the embedded backend: more of them than the ordinary tests take, with `MIXPROP_GOLDEN=all` all. */
const { include: _, ...test } = ordinary.test!;
export default mergeConfig(
  { test },
  defineConfig({
    root: resolve(import.meta.dirname, '../..'),
    test: {
      include: ['test/golden/{golden*,explain/explain}.test.ts'],
      env: { MIXPROP_GOLDEN: process.env.MIXPROP_GOLDEN ?? 'representative' },
      hookTimeout: 120_000,
    },
  }),
);
