import { buildPanelPage } from './panel-page.mjs';

/** @param {string} folder receives cam.html and its scripts. @returns {Promise<string>} the page's address */
export const buildCamPage = (folder) => buildPanelPage(folder, 'cam', 'test/webview/cam-fake-host.ts');
