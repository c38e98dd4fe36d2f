// End-to-end tests in a real VS Code workbench: `npm run e2e [-- FILTER]`. Packages the extension if its sources are newer
// than the .vsix; a scenario installs the VS Code that it runs in (in MIXPROP_E2E_CACHE, default .cache/). Needs Chromium.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = [
  'package.json',
  'package-lock.json',
  'esbuild.mjs',
  'scripts/package.mjs',
  'README.md',
  'CHANGELOG.md',
];
const sourceFolders = ['common', 'extension', 'media', 'trainer', 'webview'];
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function newestSource() {
  const inFolders = sourceFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  const files = [...sources, ...inFolders].map((file) => join(root, file)).filter((file) => existsSync(file));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

const findVsix = () => readdirSync(root).filter((file) => /^mixprop-studio-.*\.vsix$/.test(file));

function run(...args) {
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function packagedExtension() {
  const upToDate = findVsix().find((file) => statSync(join(root, file)).mtimeMs > newestSource());
  if (upToDate !== undefined) return join(root, upToDate);
  run('scripts/package.mjs');
  const newest = findVsix().sort((a, b) => statSync(join(root, b)).mtimeMs - statSync(join(root, a)).mtimeMs);
  return join(root, newest[0]);
}

function chromium() {
  const folders = (process.env.PATH ?? '').split(':');
  const candidates = browsers.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) throw new Error('the end-to-end tests need Chromium: apt-get install chromium');
  return found;
}

const cache = resolve(process.env.MIXPROP_E2E_CACHE ?? join(root, '.cache'));
mkdirSync(cache, { recursive: true });
process.env.MIXPROP_E2E_CACHE = cache;
// A native runtime of this machine's user must not change what is tested.
process.env.MIXPROP_RUNTIMES = join(root, '.cache', 'no-runtimes');
process.env.MIXPROP_E2E_CHROMIUM = chromium();
process.env.MIXPROP_E2E_VSIX = packagedExtension();
// Of the editor that scenarios share: its processes end with those of the tests, and may write until then.
const profile = mkdtempSync(join(tmpdir(), 'mixprop-e2e-'));
process.env.MIXPROP_E2E_PROFILE = profile;
process.once('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
rmSync(join(root, 'test-results', 'e2e'), { recursive: true, force: true });
const vitest = join('node_modules', 'vitest', 'vitest.mjs');
run(vitest, 'run', '--config', 'test/e2e/vitest.config.mts', ...process.argv.slice(2));
