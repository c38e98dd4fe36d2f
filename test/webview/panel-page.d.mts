export function buildPanelPage(folder: string, panel: string, fakeHost: string): Promise<string>;
