import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { replaceFile } from '../files/replace-file';
import { type RunRecord, runRecordSchema } from './run-record';

/** To be raised with every new field of the records, and when one comes to mean something else. */
const format = 1;

const schema = z.object({
  format: z.literal(format),
  runs: z.array(z.object({ id: z.string(), fingerprint: z.string(), record: runRecordSchema })),
});

/** The record of a run, and the state of the files that it was made of. */
export interface KeptRecord {
  fingerprint: string;
  record: RunRecord;
}

/** Derived from the runs beside it, so that a list of them need not read all of their records again. Deleting it loses nothing. */
export const keptRecordsFile = (runsFolder: string): string => join(runsFolder, '.rows.json');

/** What was kept of the runs of a runs folder, by id. None where there is no such file, or it is not one of this version. */
export function readKeptRecords(runsFolder: string): Map<string, KeptRecord> {
  try {
    const { runs } = schema.parse(JSON.parse(readFileSync(keptRecordsFile(runsFolder), 'utf8')));
    return new Map(runs.map(({ id, ...kept }) => [id, kept]));
  } catch {
    return new Map();
  }
}

/** Keeps them, or nothing where the folder cannot be written: then they are read again. */
export function writeKeptRecords(runsFolder: string, records: ReadonlyMap<string, KeptRecord>): void {
  const runs = [...records].map(([id, kept]) => ({ id, ...kept }));
  try {
    if (runs.length > 0) replaceFile(keptRecordsFile(runsFolder), `${JSON.stringify({ format, runs })}\n`);
    else rmSync(keptRecordsFile(runsFolder), { force: true });
  } catch {
    // A disk that is full, or a folder of somebody else's.
  }
}
