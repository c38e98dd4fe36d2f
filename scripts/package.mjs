// Makes the self-contained mixprop-studio-<platform>-<version>.vsix of this platform: `npm run package`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBinding } from './build-binding.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The package as it will be. Apart from dist/, which may be in use meanwhile. */
const staging = join(root, '.cache', 'package');
const dist = join(staging, 'dist');
const extensionBundleLimitKilobytes = 500;

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const manifest = readJson(join(root, 'package.json'));

function runNode(script, args, cwd = root) {
  const result = spawnSync(process.execPath, [script, ...args], { cwd, encoding: 'utf8' });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}${result.stderr}`);
  throw new Error(`${basename(script)} ${args[0]} failed`);
}

const usesMusl = process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined;
/** The platform in the Marketplace's words. */
const target = `${usesMusl ? 'alpine' : process.platform}-${process.arch}`;

/** The folder of an installed package, as `from` (a package's folder) would find it, or undefined. */
function packageFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Whether a package's `os`, `cpu` and `libc` fields, where present, name this platform. */
function runsHere({ os, cpu, libc }) {
  const wanted = { os: process.platform, cpu: process.arch, libc: usesMusl ? 'musl' : 'glibc' };
  return Object.entries({ os, cpu, libc }).every(([key, list]) => list === undefined || list.includes(wanted[key]));
}

/** Installed packages that `names` need on this platform, themselves included: name → folder. */
function closure(names, from = root, found = new Map()) {
  for (const name of names) {
    const folder = packageFolder(name, from);
    if (folder === undefined || found.has(name)) continue;
    const { dependencies = {}, optionalDependencies = {}, ...fields } = readJson(join(folder, 'package.json'));
    if (!runsHere(fields)) continue;
    found.set(name, folder);
    closure(Object.keys({ ...dependencies, ...optionalDependencies }), folder, found);
  }
  return found;
}

/** sharp has native parts that no bundle can hold: it travels as packages beside the bundle. */
function copyNativePackages() {
  const unneeded = /\.(md|map|d\.[cm]?ts|gyp|h)$|\/(src|install|include|glib-2\.0|bin|node_modules)(\/|$)/;
  const packages = closure(['sharp']);
  if (![...packages.keys()].some((name) => /^@img\/sharp-(?!libvips)/.test(name)))
    throw new Error(`sharp has no binary for ${target} in node_modules: run npm install on this platform`);
  for (const [name, folder] of packages) {
    const filter = (file) => {
      const inside = file.slice(folder.length).replaceAll('\\', '/');
      return /\/LICENSE[^/]*$/.test(inside) || !unneeded.test(inside);
    };
    cpSync(folder, join(dist, 'node_modules', name), { recursive: true, dereference: true, filter });
  }
}

/**
 * tfjs's binding for the native TensorFlow runtime, so that installing that needs no compiler. A package without it is sound:
 * its users install with a compiler or not at all.
 */
async function addNativeBinding() {
  if (target !== 'linux-x64') return;
  try {
    const folder = join(dist, 'native', 'linux-x64');
    const binding = await buildBinding();
    mkdirSync(folder, { recursive: true });
    cpSync(binding, join(folder, basename(binding)));
  } catch (error) {
    console.warn(
      `warning: this package has no binding for native TensorFlow, which "mixprop runtime install" can then not install from a wheel: ${error.message}`,
    );
  }
}

/** Licences of everything that is bundled or copied, as those licences ask. */
function thirdPartyNotices() {
  const sections = [];
  for (const [name, folder] of closure(Object.keys(manifest.dependencies))) {
    const { version, license } = readJson(join(folder, 'package.json'));
    const files = readdirSync(folder);
    // Packages without a licence file, such as libvips', say it in their README.
    const file =
      files.find((entry) => /^(LICEN[CS]E|COPYING)/i.test(entry)) ?? files.find((entry) => entry === 'README.md');
    const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
    sections.push(`${name} ${version} (${license})${text}`);
  }
  return `MixProp Studio contains the following packages.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The manifest without what only development needs. */
function writeManifest() {
  const { scripts, devDependencies, dependencies, ...kept } = manifest;
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(kept, null, 2)}\n`);
}

function addFiles() {
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'media']) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(staging, name), { recursive: true });
  }
  copyNativePackages();
  writeFileSync(join(staging, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices());
  writeManifest();
}

rmSync(staging, { recursive: true, force: true });
runNode(join(root, 'esbuild.mjs'), ['--production', '--quiet', dist]);
const bundleKilobytes = statSync(join(dist, 'extension.js')).size / 1000;
if (bundleKilobytes > extensionBundleLimitKilobytes)
  throw new Error(
    `the package's dist/extension.js has ${bundleKilobytes.toFixed(0)} KB, more than ${extensionBundleLimitKilobytes}`,
  );
addFiles();
await addNativeBinding();

const vsix = `${manifest.name}-${target}-${manifest.version}.vsix`;
const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');
rmSync(join(root, vsix), { force: true });
const options = ['--no-dependencies', '--target', target, '--allow-missing-repository', '--no-rewrite-relative-links'];
runNode(vsce, ['package', ...options, '--out', resolve(root, vsix)], staging);
rmSync(staging, { recursive: true });
const megabytes = statSync(join(root, vsix)).size / 1e6;
console.log(`${vsix}  ${megabytes.toFixed(1)} MB, extension bundle ${bundleKilobytes.toFixed(0)} KB`);
