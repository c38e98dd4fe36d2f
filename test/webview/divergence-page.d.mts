/** Builds the divergence panel with the fake host into a page that any browser opens; gives its address. */
export function buildDivergencePage(folder: string): Promise<string>;
