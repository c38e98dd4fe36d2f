import { buildPanelPage } from './panel-page.mjs';

/**
 * The curves panel and its made-up host in curves.html. It opens in any browser; see fake-host.ts for what its address may say.
 * @param {string} folder @returns {Promise<string>} address of the page
 */
export const buildCurvesPage = (folder) => buildPanelPage(folder, 'curves', 'test/webview/fake-host.ts');
