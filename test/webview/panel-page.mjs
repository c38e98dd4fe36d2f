// Builds a panel with a host that plays the extension into a page that any browser opens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/**
 * @param {string} folder receives PANEL.html and its scripts
 * @param {string} panel its name: "robustness"
 * @param {string} fakeHost source of the script that plays the host
 * @returns {Promise<string>} the page's address
 */
export async function buildPanelPage(folder, panel, fakeHost) {
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: { [panel]: `webview/${panel}/main.ts`, 'fake-host': fakeHost },
    outdir: folder,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
    logLevel: 'warning',
    loader: { '.css': 'text' },
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
