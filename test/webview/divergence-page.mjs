import { buildPanelPage } from './panel-page.mjs';

/** @param {string} folder receives divergence.html and its scripts. @returns {Promise<string>} the page's address */
export const buildDivergencePage = (folder) =>
  buildPanelPage(folder, 'divergence', 'test/webview/divergence-fake-host.ts');
