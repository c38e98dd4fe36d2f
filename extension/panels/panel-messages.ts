/** What every panel may say, of any shape before it is checked. */
export type PanelMessage =
  | { type: 'ready'; version: number }
  | { type: 'chooseRuns' }
  | { type: 'error'; message: string };

const longestErrorText = 4000;

/** One of the messages that all panels have, or undefined when it is none: webview content is not trusted. */
export function parsePanelMessage(message: unknown): PanelMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, version, message: text } = message as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return typeof version === 'number' ? { type, version } : undefined;
    case 'chooseRuns':
      return { type };
    case 'error':
      return typeof text === 'string' ? { type, message: text.slice(0, longestErrorText) } : undefined;
    default:
      return undefined;
  }
}

/** The runs of a panel that VS Code restores, from the state the panel kept. Empty when the state is not understood. */
export function restoredRunIds(state: unknown): string[] {
  if (typeof state !== 'object' || state === null) return [];
  const { runIds } = state as Record<string, unknown>;
  if (!Array.isArray(runIds)) return [];
  return [...new Set(runIds.filter((id): id is string => typeof id === 'string'))];
}

/** The panel's tab: one run by its id, several by their number. */
export function panelTitle(title: string, runIds: readonly string[]): string {
  if (runIds.length === 0) return title;
  return runIds.length === 1 ? `${title}: ${runIds[0]}` : `${title}: ${runIds[0]} and ${runIds.length - 1} more`;
}
