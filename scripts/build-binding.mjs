// Makes tfjs's N-API binding for TensorFlow's wheel, .cache/native/linux-x64/tfjs_binding.node, for the packaged extension:
// `node scripts/build-binding.mjs`. Needs Linux on x64 with glibc, Python's pip and a C++ compiler.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.cache', 'native');
const target = join(cache, 'linux-x64', 'tfjs_binding.node');
/** Says what the binding was made from, so that an old one is not taken for a new one. */
const stampFile = `${target}.sources`;
const require = createRequire(import.meta.url);

/** Files that decide what the binding is. */
function sourceFiles() {
  const bindingFolder = join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding');
  const ours = ['binding.ts', 'installed-runtime.ts'].map((name) => join(root, 'trainer', 'runtime', name));
  const opsFolder = join(root, 'trainer', 'backends', 'native-ops');
  return [
    ...ours,
    ...[bindingFolder, opsFolder].flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    ),
  ];
}

function checksumOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * The binding, made unless that of these sources is there.
 * @returns {Promise<string>} its file
 */
export async function buildBinding() {
  const sources = sourceFiles();
  const checksum = checksumOf(sources);
  if (existsSync(target) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === checksum) return target;
  // The trainer's own code does the work: what installs a runtime also makes its binding.
  const build = join(cache, 'build');
  const settings = {
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    bundle: true,
    outdir: build,
    logLevel: 'warning',
  };
  const entryPoints = {
    'prebuild-binding': join(root, 'trainer', 'runtime', 'prebuild-binding.ts'),
    'runtime-probe': join(root, 'trainer', 'runtime', 'probe.ts'),
  };
  await esbuild.build({ ...settings, entryPoints });
  const { prebuildBinding } = require(join(build, 'prebuild-binding.js'));
  const sourcesTime = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  await prebuildBinding(target, join(cache, 'runtimes'), sourcesTime, (phase) => console.log(`binding: ${phase}`));
  writeFileSync(stampFile, checksum);
  rmSync(build, { recursive: true });
  return target;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(await buildBinding());
}
