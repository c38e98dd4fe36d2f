import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkImports } from '../scripts/check-imports.mjs';

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

test('what the table allows passes', () => {
  const violations = check({
    'trainer/run/store.ts':
      "import { readFile } from 'node:fs/promises';\nimport type { RunCurves } from '../../webview/protocol';\n",
    'common/live/protocol.ts': "import type { RunEvent } from './run/events';\n",
    'trainer/training/loop.ts': "import * as tf from '@tensorflow/tfjs-core';\nexport { x } from '../run/store';\n",
    'trainer/data/images/decode.ts': "const load = () => import('sharp');\n",
    'extension/main.ts':
      "import * as vscode from 'vscode';\nimport { type A, type B } from '../common/panels/protocol';\nimport { Store } from '../trainer/run/store';\nimport './panel';\n",
    'extension/hover.ts': "import { blend } from '../common/panels/cam/picture/overlay';\n",
    'extension/panel.ts':
      "import { message } from 'vscode-jsonrpc/node';\nimport type { Tensor } from '@tensorflow/tfjs-core';\n",
    'webview/curves/main.ts':
      "import { Chart } from 'chart.js';\nimport { v } from '../protocol';\nimport css from './style.css';\n",
    'webview/cam/main.ts': "import { blend } from '../../trainer/explain/picture/overlay';\n",
    'common/panels/cam/picture/overlay.ts': "import { x } from './table';\n",
    'test/all.test.ts': "import '../extension/main';\nimport '../trainer/training/loop';\n",
  });
  expect(violations).toEqual([]);
});

test.each([
  ['trainer/a.ts', "import * as vscode from 'vscode';"],
  ['trainer/a.ts', "import type { Uri } from 'vscode';"],
  ['trainer/run/a.ts', "import { x } from '../../extension/x';"],
  ['trainer/run/a.ts', "import { webviewProtocolVersion } from '../../webview/protocol';"],
  ['trainer/run/a.ts', "import { webviewProtocolVersion, type RunHeader } from '../../webview/protocol';"],
  ['trainer/run/a.ts', "export * from '../../webview/protocol';"],
  ['trainer/run/a.ts', "import type { Panel } from '../../webview/curves/panel';"],
  ['trainer/run/a.ts', "const x = await import('../../extension/x');"],
  ['extension/a.ts', "import { train } from '../trainer/training/loop';"],
  ['extension/a.ts', "import type { train } from '../trainer/training/loop';"],
  ['extension/a.ts', "import { webviewProtocolVersion } from '../common/panels/protocol';"],
  ['extension/a.ts', "const loop = require('../trainer/training/loop');"],
  ['webview/curves/a.ts', "import { readFileSync } from 'node:fs';"],
  ['webview/curves/a.ts', "import { readFileSync } from 'fs';"],
  ['webview/curves/a.ts', "import * as vscode from 'vscode';"],
  ['webview/curves/a.ts', "import type { RunEvent } from '../../trainer/run/events';"],
  ['webview/curves/a.ts', "import '../../extension/x';"],
])('%s may not contain %s', (path, statement) => {
  const folder = path.split('/')[0];
  const violations = check({ [path]: `// import nothing\nconst s = "/* not a comment";\n\n${statement}\n` });
  expect(violations).toEqual([expect.stringMatching(`^${path}:4: imports '.*', but ${folder}/ may import `)]);
});

test.each([
  "import { localise } from '../localisation';",
  "import type { Grid } from '../localisation';",
  "import { zeros } from '@tensorflow/tfjs-core';",
])('what the browser shares with the trainer may not contain %s', (statement) => {
  const violations = check({ 'trainer/explain/picture/a.ts': `${statement}\n` });
  expect(violations).toEqual([expect.stringContaining('but trainer/explain/picture/ runs in the browser too')]);
});

test('the line is that of the statement, also when it spans several', () => {
  const [violation] = check({
    'webview/a.ts': "/*\n import '../extension/b';\n*/\nimport {\n  a,\n  b,\n} from '../extension/b';\n",
  });
  expect(violation).toMatch(/^webview\/a\.ts:4: /);
});

test('nothing heavy is reachable from the extension, directly or through others', () => {
  const files = {
    'extension/main.ts': "import { open } from './open';\n",
    'extension/open.ts':
      "import type { Decoder } from '../trainer/run/decode';\nimport { Store } from '../trainer/run/store';\n",
    'trainer/run/store.ts': "import { decode } from './decode';\n",
    'trainer/run/decode.ts': "import { z } from 'zod';\n\nimport sharp from 'sharp';\n",
  };
  expect(check(files)).toEqual([
    expect.stringContaining(
      "trainer/run/decode.ts:3: 'sharp' is reachable from extension/main.ts (extension/main.ts → extension/open.ts → trainer/run/store.ts → trainer/run/decode.ts)",
    ),
  ]);
  expect(check({ ...files, 'trainer/run/store.ts': '' })).toEqual([]);
  expect(check({ ...files, 'extension/open.ts': "import { ready } from '@tensorflow/tfjs-core';\n" })).toHaveLength(1);
});
