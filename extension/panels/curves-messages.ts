import type { CurvesState, FromCurves } from '../../webview/protocol';

/** A message of the curves panel, or undefined when it is none: webview content is not trusted. */
export function parseFromCurves(message: unknown): FromCurves | undefined {
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

const longestErrorText = 4000;

/** The runs of a panel that VS Code restores, from the state the panel kept. Empty when the state is not understood. */
export function restoredRunIds(state: unknown): CurvesState['runIds'] {
  if (typeof state !== 'object' || state === null) return [];
  const { runIds } = state as Record<string, unknown>;
  if (!Array.isArray(runIds)) return [];
  return [...new Set(runIds.filter((id): id is string => typeof id === 'string'))];
}

/** The panel's tab: one run by its id, several by their number. */
export function curvesPanelTitle(runIds: readonly string[]): string {
  if (runIds.length === 0) return 'Loss Curves';
  return runIds.length === 1 ? `Loss Curves: ${runIds[0]}` : `Loss Curves: ${runIds[0]} and ${runIds.length - 1} more`;
}
