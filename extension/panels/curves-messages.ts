import type { ExportMime, FromCurves } from '../../webview/protocol';
import type { PanelMessage } from './panel-messages';

type OwnMessage = Exclude<FromCurves, PanelMessage>;

/** A message that only the curves panel has, or undefined when it is none: webview content is not trusted. */
export function parseFromCurves(message: unknown): OwnMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  const { type, runId, epoch } = fields;
  switch (type) {
    case 'openEpoch':
      return typeof runId === 'string' && Number.isInteger(epoch) && (epoch as number) >= 0
        ? { type, runId, epoch: epoch as number }
        : undefined;
    case 'saveFile':
      return parseSaveFile(fields);
    case 'choices':
      // The panel that gets them back checks field by field; here they are only data of a bearable size.
      return isSmallRecord(fields.choices) ? ({ type, choices: fields.choices } as OwnMessage) : undefined;
    default:
      return undefined;
  }
}

const longestChoices = 20_000;

/** What a panel may have saved, with the ending of its files. */
export const savedFileTypes: Record<ExportMime, { extension: string; name: string }> = {
  'image/png': { extension: 'png', name: 'PNG picture' },
  'image/svg+xml': { extension: 'svg', name: 'SVG picture' },
  'text/csv': { extension: 'csv', name: 'CSV table' },
  'application/json': { extension: 'json', name: 'JSON document' },
};

function parseSaveFile(fields: Record<string, unknown>): OwnMessage | undefined {
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
