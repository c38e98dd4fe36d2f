import type { CurvesState, ExportMime, FromCurves } from '../../webview/protocol';

/** A message of the curves panel, or undefined when it is none: webview content is not trusted. */
export function parseFromCurves(message: unknown): FromCurves | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  const { type, version, message: text, runId, epoch } = fields;
  switch (type) {
    case 'ready':
      return typeof version === 'number' ? { type, version } : undefined;
    case 'chooseRuns':
      return { type };
    case 'openEpoch':
      return typeof runId === 'string' && Number.isInteger(epoch) && (epoch as number) >= 0
        ? { type, runId, epoch: epoch as number }
        : undefined;
    case 'saveFile':
      return parseSaveFile(fields);
    case 'choices':
      // The panel that gets them back checks field by field; here they are only data of a bearable size.
      return isSmallRecord(fields.choices) ? ({ type, choices: fields.choices } as FromCurves) : undefined;
    case 'error':
      return typeof text === 'string' ? { type, message: text.slice(0, longestErrorText) } : undefined;
    default:
      return undefined;
  }
}

const longestErrorText = 4000;
const longestChoices = 20_000;

/** What a panel may have saved, with the ending of its files. */
export const savedFileTypes: Record<ExportMime, { extension: string; name: string }> = {
  'image/png': { extension: 'png', name: 'PNG picture' },
  'image/svg+xml': { extension: 'svg', name: 'SVG picture' },
  'text/csv': { extension: 'csv', name: 'CSV table' },
  'application/json': { extension: 'json', name: 'JSON document' },
};

function parseSaveFile(fields: Record<string, unknown>): FromCurves | undefined {
  const { fileName, mime, encoding, contents } = fields;
  if (typeof fileName !== 'string' || typeof contents !== 'string') return undefined;
  if (typeof mime !== 'string' || !Object.hasOwn(savedFileTypes, mime)) return undefined;
  if (encoding !== 'utf8' && encoding !== 'base64') return undefined;
  const { extension } = savedFileTypes[mime as ExportMime];
  // A name, never a path; the person chooses the folder.
  if (!new RegExp(`^[a-z0-9][a-z0-9-]{0,100}\\.${extension}$`).test(fileName)) return undefined;
  return { type: 'saveFile', fileName, mime: mime as ExportMime, encoding, contents };
}

function isSmallRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    return JSON.stringify(value).length <= longestChoices;
  } catch {
    return false;
  }
}

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
