// Builds the divergence panel with the fake host into a page that any browser opens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/** @param {string} folder receives divergence.html and its scripts. @returns {Promise<string>} the page's address */
export async function buildDivergencePage(folder) {
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: {
      divergence: 'webview/divergence/main.ts',
      'divergence-fake-host': 'test/webview/divergence-fake-host.ts',
    },
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
  const html = panelHtml({ panel: 'divergence', title: 'BN divergence', scriptUri: 'divergence.js', nonce });
  const page = join(folder, 'divergence.html');
  const host = `<script nonce="${nonce}" src="divergence-fake-host.js"></script>`;
  writeFileSync(page, html.replace('<script ', `${host}\n<script `));
  return pathToFileURL(page).href;
}
