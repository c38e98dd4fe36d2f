import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkImports, drawLayers } from '../scripts/check-imports.mjs';

const script = resolve('scripts/check-imports.mjs');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project of these files. */
function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'mixprop-imports-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const check = (files: Record<string, string>) => checkImports(project(files));

test('violations are printed and counted, with exit status 1', () => {
  const root = project({ 'trainer/a.ts': "import * as vscode from 'vscode';" });
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  expect(stderr).toMatch(/^trainer\/a\.ts:1: imports 'vscode', .*\nimport rule: 1 violations\n$/);
  expect(status).toBe(1);
});

test('this repository keeps the rule', () => {
  const result = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
});

test('docs/architecture.md has the layers as `npm run check -- --layers` draws them', () => {
  const text = readFileSync('docs/architecture.md', 'utf8');
  expect(/```\n(webview\/ → [^`]*)\n```/.exec(text)?.[1]).toBe(drawLayers(resolve('.')));
});

test('what the rule allows passes', () => {
  const violations = check({
    'common/errors/usage-error.ts': 'export class UsageError extends Error {}\n',
    'common/run/store.ts':
      "import { readFile } from 'node:fs/promises';\nimport { UsageError } from '../errors/usage-error';\n",
    'common/panels/cam/contract.ts': "import type { Store } from '../../run/store';\nexport const version = 1;\n",
    'trainer/training/loop.ts':
      "import * as tf from '@tensorflow/tfjs-core';\nexport { x } from '../../common/run/store';\n",
    'trainer/data/decode.ts': "const load = () => import('sharp');\n",
    'extension/main.ts':
      "import * as vscode from 'vscode';\nimport { Store } from '../common/run/store';\nimport type { Tensor } from '@vscode/extension-telemetry';\nimport './panel';\n",
    'extension/panel.ts': "import { message } from 'vscode-jsonrpc/node';\n",
    'webview/cam/main.ts':
      "import { Button } from '@vscode/webview-ui-toolkit';\nimport { version } from '../../common/panels/cam/contract';\nimport css from './style.css';\n",
    'test/all.test.ts': "import '../extension/main';\nimport '../trainer/training/loop';\n",
  });
  expect(violations).toEqual([]);
});

test.each([
  ['trainer/a.ts', "import * as vscode from 'vscode';"],
  ['trainer/a.ts', "import type { Uri } from 'vscode';"],
  ['trainer/run/a.ts', "import { x } from '../../extension/x';"],
  ['trainer/run/a.ts', "import type { Panel } from '../../webview/curves/panel';"],
  ['trainer/run/a.ts', "export * from '../../webview/curves/panel';"],
  ['trainer/run/a.ts', "const x = await import('../../extension/x');"],
  ['extension/a.ts', "import { train } from '../trainer/training/loop';"],
  ['extension/a.ts', "import type { train } from '../trainer/training/loop';"],
  ['extension/a.ts', "const loop = require('../trainer/training/loop');"],
  ['extension/a.ts', "import { ready } from '@tensorflow/tfjs-core';"],
  ['webview/curves/a.ts', "import * as vscode from 'vscode';"],
  ['webview/curves/a.ts', "import type { RunEvent } from '../../trainer/run/events';"],
  ['webview/curves/a.ts', "import '../../extension/x';"],
  ['common/run/a.ts', "import sharp from 'sharp';"],
  ['common/run/a.ts', "import * as vscode from 'vscode';"],
  ['common/run/a.ts', "import type { Panel } from '../../webview/curves/panel';"],
  ['common/run/a.ts', "import { train } from '../../trainer/training/loop';"],
])('%s may not contain %s', (path, statement) => {
  const folder = path.split('/')[0];
  const violations = check({ [path]: `// import nothing\nconst s = "/* not a comment";\n\n${statement}\n` });
  expect(violations).toEqual([expect.stringMatching(`^${path}:4: imports '.*', but ${folder}/ may `)]);
});

test("what a page runs may not need Node's modules, itself or through others; types may", () => {
  const files = {
    'webview/cam/main.ts': "import { open } from '../../common/run/open';\n",
    'common/run/open.ts': "import type { Store } from './store';\nimport { read } from './read';\n",
    'common/run/store.ts': "import { openSync } from 'node:fs';\n",
    'common/run/read.ts': "\nimport { readFileSync } from 'fs';\n",
  };
  expect(check(files)).toEqual([
    "common/run/read.ts:2: imports 'fs', but runs in the browser (webview/cam/main.ts → common/run/open.ts → common/run/read.ts)",
  ]);
  expect(check({ ...files, 'common/run/read.ts': '' })).toEqual([]);
});

test('no circle, neither of files nor of folders', () => {
  const files = check({
    'trainer/a/one.ts': "import { two } from './two';\n",
    'trainer/a/two.ts': "import type { three } from './three';\n",
    'trainer/a/three.ts': "import { one } from './one';\n",
  });
  expect(files).toEqual([
    'trainer/a/one.ts: files import each other in a circle: trainer/a/one.ts, trainer/a/three.ts, trainer/a/two.ts',
  ]);
  const folders = check({
    'trainer/a/one.ts': "import { two } from '../b/two';\n",
    'trainer/b/two.ts': '',
    'trainer/b/three.ts': "import { four } from '../a/four';\n",
    'trainer/a/four.ts': '',
  });
  expect(folders).toEqual([
    'trainer/a/: folders import each other in a circle: trainer/a, trainer/b',
    '  trainer/a/one.ts:1 → trainer/b/two.ts',
    '  trainer/b/three.ts:1 → trainer/a/four.ts',
  ]);
});

test('the folders are drawn in layers, each above those that it imports', () => {
  const root = project({
    'trainer/start.ts': "import { loop } from './training/loop';\n",
    'trainer/training/loop.ts':
      "import { Store } from '../../common/run/store';\nimport { step } from '../step/step';\n",
    'trainer/step/step.ts': '',
    'common/run/store.ts': '',
  });
  expect(drawLayers(root).split('\n')).toEqual([
    'trainer/ → common/',
    '   2  .',
    '   1  training',
    '   0  step',
    'common/',
    '   0  run',
  ]);
});

test('the line is that of the statement, also when it spans several', () => {
  const [violation] = check({
    'webview/a.ts': "/*\n import '../extension/b';\n*/\nimport {\n  a,\n  b,\n} from '../extension/b';\n",
  });
  expect(violation).toMatch(/^webview\/a\.ts:4: /);
});
