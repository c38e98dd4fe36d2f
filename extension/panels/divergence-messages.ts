import type { DivergenceState, FromDivergence } from '../../webview/protocol';

const longestErrorText = 4000;
const longestName = 300;

/** A message of the divergence panel, or undefined when it is none: webview content is not trusted. */
export function parseFromDivergence(message: unknown): FromDivergence | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, version, message: text, requestId, runId, layer, epoch } = message as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return typeof version === 'number' ? { type, version } : undefined;
    case 'chooseRuns':
      return { type };
    case 'channels':
      return isCount(requestId) && isName(runId) && isName(layer) && isCount(epoch)
        ? { type, requestId, runId, layer, epoch }
        : undefined;
    case 'error':
      return typeof text === 'string' ? { type, message: text.slice(0, longestErrorText) } : undefined;
    default:
      return undefined;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= longestName;

/** The runs of a panel that VS Code restores, from the state the panel kept. Empty when the state is not understood. */
export function restoredDivergenceRunIds(state: unknown): DivergenceState['runIds'] {
  if (typeof state !== 'object' || state === null) return [];
  const { runIds } = state as Record<string, unknown>;
  if (!Array.isArray(runIds)) return [];
  return [...new Set(runIds.filter((id): id is string => typeof id === 'string'))];
}

/** The panel's tab: one run by its id, several by their number. */
export function divergencePanelTitle(runIds: readonly string[]): string {
  if (runIds.length === 0) return 'BN Divergence';
  const more = runIds.length === 1 ? '' : ` and ${runIds.length - 1} more`;
  return `BN Divergence: ${runIds[0]}${more}`;
}
