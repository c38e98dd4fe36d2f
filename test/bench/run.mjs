// `npm run bench [NAME...]`: bundles and runs the benchmarks of this folder, one after the other.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..', '..');
const all = ['embedded-backend', 'native-backend', 'loading'];
/** Bundled beside the benchmark that starts it. */
const companions = { 'native-backend': ['native-step'] };
const chosen = process.argv.slice(2);

/** A file of this folder, beside the build's output, where the trainer looks for its WebAssembly files. */
async function bundle(name) {
  const outfile = join(root, 'dist', `bench-${name}.js`);
  await build({
    entryPoints: [join(folder, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['sharp'],
    alias: { '@tensorflow/tfjs': '@tensorflow/tfjs-core' },
    define: { MIXPROP_VERSION: '"benchmark"' },
    logLevel: 'warning',
  });
  return outfile;
}

for (const name of chosen.length > 0 ? chosen : all) {
  for (const companion of companions[name] ?? []) await bundle(companion);
  const { status } = spawnSync(process.execPath, [await bundle(name)], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
