import * as z from 'zod';
import type { ExportMime, SavedFile } from '../../common/panels/protocol';

/** What a panel may have saved, with the ending of its files. */
export const savedFileTypes: Record<ExportMime, { extension: string; name: string }> = {
  'image/png': { extension: 'png', name: 'PNG picture' },
  'image/svg+xml': { extension: 'svg', name: 'SVG picture' },
  'text/csv': { extension: 'csv', name: 'CSV table' },
  'application/json': { extension: 'json', name: 'JSON document' },
};

/** A panel's wish to have a file saved. */
export const savedFileSchema: z.ZodType<SavedFile> = z
  .object({
    fileName: z.string(),
    mime: z.enum(Object.keys(savedFileTypes) as ExportMime[]),
    encoding: z.enum(['utf8', 'base64']),
    contents: z.string(),
  })
  .refine(({ fileName, mime }) => {
    // A name, never a path; the person chooses the folder.
    return new RegExp(`^[a-z0-9][a-z0-9-]{0,100}\\.${savedFileTypes[mime].extension}$`).test(fileName);
  });
