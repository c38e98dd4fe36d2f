// Builds the CAM panel with the fake host into a page that any browser opens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

/** @param {string} folder receives cam.html and its scripts. @returns {Promise<string>} the page's address */
export async function buildCamPage(folder) {
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: { cam: 'webview/cam/main.ts', 'cam-fake-host': 'test/webview/cam-fake-host.ts' },
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
  const html = panelHtml({ panel: 'cam', title: 'CAM overlays', scriptUri: 'cam.js', nonce });
  const page = join(folder, 'cam.html');
  const host = `<script nonce="${nonce}" src="cam-fake-host.js"></script>`;
  writeFileSync(page, html.replace('<script ', `${host}\n<script `));
  return pathToFileURL(page).href;
}
