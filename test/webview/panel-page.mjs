// Builds a panel with a host that plays the extension into a page that any browser opens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/** The real host runs in Node: its code names Node's modules, but what is played here calls none of them. */
const withoutNodeModules = {
  name: 'without-node-modules',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }));
    build.onLoad({ filter: /.*/, namespace: 'node' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Who plays the host of each panel; see there for what the page's address may say. */
const fakeHosts = {
  cam: 'test/webview/cam-fake-host.ts',
  curves: 'test/webview/fake-host.ts',
  divergence: 'test/webview/divergence-fake-host.ts',
  robustness: 'test/webview/robustness/fake-host.ts',
};

/**
 * @param {string} folder receives PANEL.html and its scripts
 * @param {keyof typeof fakeHosts} panel
 * @returns {Promise<string>} the page's address
 */
export async function buildPanelPage(folder, panel) {
  mkdirSync(folder, { recursive: true });
  const browser = { bundle: true, outdir: folder, platform: 'browser', format: 'iife', target: 'chrome120' };
  await esbuild.build({
    ...browser,
    entryPoints: { [panel]: `webview/${panel}/main.ts` },
    logLevel: 'warning',
    loader: { '.css': 'text' },
  });
  await esbuild.build({
    ...browser,
    entryPoints: { 'fake-host': fakeHosts[panel] },
    logLevel: 'warning',
    plugins: [withoutNodeModules],
  });
  await esbuild.build({
    entryPoints: ['common/panels/panel-html.ts'],
    outfile: join(folder, 'panel-html.mjs'),
    platform: 'node',
    format: 'esm',
    bundle: true,
    logLevel: 'warning',
  });
  const { panelHtml } = await import(pathToFileURL(join(folder, 'panel-html.mjs')).href);
  const nonce = 'fakepage';
  const html = panelHtml({ panel, title: panel, scriptUri: `${panel}.js`, nonce });
  const page = join(folder, `${panel}.html`);
  writeFileSync(page, html.replace('<script ', `<script nonce="${nonce}" src="fake-host.js"></script>\n<script `));
  return pathToFileURL(page).href;
}
