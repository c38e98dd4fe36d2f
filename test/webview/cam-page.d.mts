/** @returns the page's address */
export function buildCamPage(folder: string): Promise<string>;
