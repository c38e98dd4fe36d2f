/** What the page around a panel needs. */
export interface PanelPage {
  /** Name of the panel: "curves". Its bundle builds everything inside the element with the id `mixprop-<panel>`. */
  panel: string;
  title: string;
  /** Address of the panel's bundle, as the webview may load it. */
  scriptUri: string;
  /** A random word of this page: scripts and styles that carry it are allowed, nothing else is. */
  nonce: string;
}

/** The page around a panel. It is empty: the panel's bundle builds the contents. */
export function panelHtml({ panel, title, scriptUri, nonce }: PanelPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
${headHtml(title, nonce)}
</head>
<body>
<div id="mixprop-${escapeHtml(panel)}"></div>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

/** Character set, title and content security policy of a page whose scripts and styles carry the nonce. No network. */
export function headHtml(title: string, nonce: string): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  return `<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${escapeHtml(nonce)}">
<title>${escapeHtml(title)}</title>`;
}

/** Text as HTML, also inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
