/** The kinds of panels: each is a folder here, in `extension/panels/` and in `webview/`, and a bundle in `dist/`. */
export const panelNames = ['curves', 'divergence', 'cam', 'robustness'] as const;

export type PanelName = (typeof panelNames)[number];
