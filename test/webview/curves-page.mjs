import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/**
 * Builds a page with the curves panel and its made-up host, curves.html. It opens in any browser; see fake-host.ts for what
 * its address may say.
 * @param {string} folder absolute, is there
 * @returns {Promise<string>} address of the page
 */
export async function buildCurvesPage(folder) {
  await esbuild.build({
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
    logLevel: 'warning',
    entryPoints: { curves: 'webview/curves/main.ts', 'fake-host': 'test/webview/fake-host.ts' },
    outdir: folder,
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
  const html = panelHtml({ panel: 'curves', title: 'Loss curves', scriptUri: 'curves.js', nonce });
  const page = join(folder, 'curves.html');
  writeFileSync(page, html.replace('<script ', `<script nonce="${nonce}" src="fake-host.js"></script>\n<script `));
  return pathToFileURL(page).href;
}
