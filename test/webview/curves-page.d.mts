/** Builds a page with the curves panel and its made-up host into a folder; its address. */
export function buildCurvesPage(folder: string): Promise<string>;
