import { resolve } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from '../../vitest.config.mjs';

/** Tests that train for a while, or drive a browser (Chromium; skipped without one): too slow for every change. */
const { include: _, exclude: _e, ...test } = ordinary.test!;
export default mergeConfig(
  { test },
  defineConfig({
    root: resolve(import.meta.dirname, '../..'),
    // Most of the time goes into programs and browsers that they start: files would gain little by sharing modules.
    test: { include: ['test/**/*.slow.test.ts'], isolate: true },
  }),
);
