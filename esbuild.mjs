// Builds everything into a folder, dist/ if none is named: `node esbuild.mjs [--watch] [--quiet] [--production] [FOLDER]`.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';

const flags = new Set(process.argv.slice(2));
const dist = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? 'dist';
const watch = flags.has('--watch');
const quiet = flags.has('--quiet');
const production = flags.has('--production');
const require = createRequire(import.meta.url);
const version = JSON.parse(readFileSync('package.json', 'utf8')).version;

/** One target: `entry` becomes `<name>.js`. */
async function build(name, entry, options) {
  const settings = {
    entryPoints: { [name]: entry },
    outdir: dist,
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    logLevel: quiet ? 'warning' : 'info',
    define: { MIXPROP_VERSION: JSON.stringify(version) },
    ...options,
  };
  if (!watch) return esbuild.build(settings);
  const context = await esbuild.context(settings);
  await context.watch();
  return undefined;
}

// ES modules first: jsonc-parser's CommonJS build hides its imports, and tfjs's is the larger one.
const node = { platform: 'node', format: 'cjs', target: 'node20', mainFields: ['module', 'main'] };
const browser = { platform: 'browser', format: 'iife', target: 'chrome120', loader: { '.css': 'text' } };

/** WebAssembly of ours, compiled from AssemblyScript: `folder/index.ts` becomes `<name>.wasm`. */
function buildWasm(folder, name) {
  const asc = join('node_modules', 'assemblyscript', 'bin', 'asc.js');
  const source = `${folder}/index.ts`;
  const args = [asc, source, '--config', `${folder}/asconfig.json`, '--outFile', join(dist, `${name}.wasm`)];
  const result = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (result.status !== 0) throw new Error(`the WebAssembly of ${folder} did not compile`);
}

/** tfjs's own WebAssembly module (the one with threads), which the trainer reads from beside its bundle. */
function copyTfjsWasm() {
  const folder = join(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'), '..', 'wasm-out');
  for (const extension of ['wasm', 'js']) {
    const file = `tfjs-backend-wasm-threaded-simd.${extension}`;
    copyFileSync(join(folder, file), join(dist, file));
  }
}

/** The JSON schemas of experiment files, from the same source as their validation: in full, and as our editor takes it. */
async function buildSchemas() {
  const source = join(dist, 'schema-source.cjs');
  const contents = `
    export { experimentJsonSchema } from './schema';
    export { editorJsonSchema } from './editor-schema';`;
  await esbuild.build({
    ...node,
    stdin: { contents, resolveDir: join('common', 'experiment') },
    bundle: true,
    outfile: source,
    logLevel: 'warning',
  });
  const { experimentJsonSchema, editorJsonSchema } = require(resolve(source));
  rmSync(source);
  const write = (name, schema) => writeFileSync(join(dist, name), `${JSON.stringify(schema, null, 1)}\n`);
  write('experiment.schema.json', experimentJsonSchema());
  write('experiment.editor-schema.json', editorJsonSchema());
}

mkdirSync(dist, { recursive: true });
buildWasm('trainer/backends/wasm/assembly', 'mixprop-kernels');
buildWasm('trainer/data/corruptions/assembly', 'corruption-kernels');
buildWasm('trainer/data/resample-kernel/assembly', 'mixprop-resample');
copyTfjsWasm();
const panels = readdirSync('webview').filter((name) => existsSync(`webview/${name}/main.ts`));
await Promise.all([
  build('extension', 'extension/main.ts', { ...node, external: ['vscode'] }),
  build('mixprop', 'trainer/start.ts', { ...node, banner: { js: '#!/usr/bin/env node' } }),
  build('mixprop-commands', 'trainer/mixprop.ts', {
    ...node,
    external: ['sharp'],
    // tfjs-node asks for all of tfjs and uses its core.
    alias: { '@tensorflow/tfjs': '@tensorflow/tfjs-core' },
  }),
  build('kernel-worker', 'trainer/backends/wasm/kernel-worker.ts', node),
  build('batch-worker', 'trainer/data/loading/batch-worker.ts', { ...node, external: ['sharp'] }),
  build('decode-worker', 'trainer/data/images/decode-worker.ts', { ...node, external: ['sharp'] }),
  build('corrupt-worker', 'trainer/data/corruptions/corrupt-worker.ts', { ...node, external: ['sharp'] }),
  build('corrupted-batch-worker', 'trainer/evaluation/corrupted-batch-worker.ts', { ...node, external: ['sharp'] }),
  build('runtime-probe', 'trainer/runtime/probe.ts', node),
  ...panels.map((name) => build(name, `webview/${name}/main.ts`, browser)),
  buildSchemas(),
]);
if (process.platform !== 'win32') chmodSync(join(dist, 'mixprop.js'), 0o755);
