// `npm run fuzz -- [TARGET [SECONDS [SEED]]]`: bundles and runs the fuzzers of this folder.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const outfile = join(folder, '..', '..', 'dist', 'fuzz.js');
await build({
  entryPoints: [join(folder, 'fuzz.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['sharp'],
  define: { 'import.meta.dirname': JSON.stringify(folder) },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
