import type { ExportMime, SavedFile } from '../../common/panels/protocol';

/** What a panel may have saved, with the ending of its files. */
export const savedFileTypes: Record<ExportMime, { extension: string; name: string }> = {
  'image/png': { extension: 'png', name: 'PNG picture' },
  'image/svg+xml': { extension: 'svg', name: 'SVG picture' },
  'text/csv': { extension: 'csv', name: 'CSV table' },
  'application/json': { extension: 'json', name: 'JSON document' },
};

/** A panel's wish to have a file saved, or undefined when it is none: webview content is not trusted. */
export function parseSaveFile(
  fields: Readonly<Record<string, unknown>>,
): ({ type: 'saveFile' } & SavedFile) | undefined {
  const { fileName, mime, encoding, contents } = fields;
  if (typeof fileName !== 'string' || typeof contents !== 'string') return undefined;
  if (typeof mime !== 'string' || !Object.hasOwn(savedFileTypes, mime)) return undefined;
  if (encoding !== 'utf8' && encoding !== 'base64') return undefined;
  const { extension } = savedFileTypes[mime as ExportMime];
  // A name, never a path; the person chooses the folder.
  if (!new RegExp(`^[a-z0-9][a-z0-9-]{0,100}\\.${extension}$`).test(fileName)) return undefined;
  return { type: 'saveFile', fileName, mime: mime as ExportMime, encoding, contents };
}
