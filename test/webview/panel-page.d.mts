/** @returns the page's address */
export function buildPanelPage(folder: string, panel: 'cam' | 'curves' | 'divergence' | 'robustness'): Promise<string>;
