import type { FromAnyPanel } from '../../common/panels/protocol';

const longestErrorText = 4000;
const longestRunKey = 4096;

/** One of the messages that all panels have, or undefined when it is none: webview content is not trusted. */
export function parsePanelMessage(message: unknown): FromAnyPanel | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, version, message: text, runKeys } = message as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return typeof version === 'number' ? { type, version } : undefined;
    case 'chooseRuns':
      return { type };
    case 'removeRuns':
      return Array.isArray(runKeys) && runKeys.every(isRunKey) ? { type, runKeys } : undefined;
    case 'error':
      return typeof text === 'string' ? { type, message: text.slice(0, longestErrorText) } : undefined;
    default:
      return undefined;
  }
}

export const isRunKey = (value: unknown): value is string => typeof value === 'string' && value.length <= longestRunKey;

/**
 * The runs of a panel that VS Code restores, from the state the panel kept: their folders, or their ids in a state that an older
 * version kept. Empty when the state is not understood.
 */
export function restoredRuns(state: unknown): string[] {
  if (typeof state !== 'object' || state === null) return [];
  const { runIds, runKeys = runIds } = state as Record<string, unknown>;
  if (!Array.isArray(runKeys)) return [];
  return [...new Set(runKeys.filter(isRunKey))];
}

/** The panel's tab: one run by its label, several by their number. */
export function panelTitle(title: string, labels: readonly string[]): string {
  if (labels.length === 0) return title;
  return labels.length === 1 ? `${title}: ${labels[0]}` : `${title}: ${labels[0]} and ${labels.length - 1} more`;
}
