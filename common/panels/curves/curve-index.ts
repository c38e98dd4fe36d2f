import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toEvent } from '../../run/events';
import { runPaths } from '../../run/run-folder';
import { epochColumns, localisationColumns, stepColumns } from './curve-columns';
import type { EpochColumns, LocalisationColumns } from './curves-contract';
import type { CurvesSnapshot, StepValues } from './curves-model';

/**
 * The curves of a run as columns, beside its records, so that a panel need not read all of these again. Derived from
 * `events.jsonl` and bound to what it was made from: anything that does not fit is as good as no index.
 *
 * Layout, little-endian: the magic number; a checksum of all that follows; the length of a header; the header (JSON, padded
 * with spaces to a multiple of 8 bytes); the step columns, each padded to a multiple of 8 bytes.
 */
export interface CurveIndex extends CurvesSnapshot {
  /** Just behind the last line of `events.jsonl` that is in here. */
  offset: number;
  /** Of the last record in here. */
  seq: number;
}

export const curveIndexFile = (folder: string): string => join(folder, 'curves.index');

/** "MPX" and the version of the layout. On a machine of the other byte order it reads as another number: no index. */
const magic = 0x0258_504d;
const fixedBytes = 16;
/** How much of the beginning and of the end of what is in the index is compared with the file. */
const fingerprintBytes = 4096;
/** No record of a step is shorter. */
const leastLineBytes = 64;
const largestHeaderBytes = 64 * 1024 * 1024;

interface Header {
  offset: number;
  seq: number;
  fingerprint: string;
  status: CurvesSnapshot['status'];
  restarts: number[];
  epochs: EpochColumns;
  localisation: LocalisationColumns;
  columns: { bytesPerValue: number; length: number }[];
}

/** The index of a run, or undefined where there is none, or none that fits the run's records. Never rejects. */
export async function readCurveIndex(folder: string): Promise<CurveIndex | undefined> {
  try {
    return await withFile(runPaths(folder).events, async (events) =>
      withFile(curveIndexFile(folder), async (file) => {
        const { size: eventBytes } = await events.stat();
        const { size } = await file.stat();
        // A step takes less room here than in the records, so a larger file is none of ours.
        if (size > largestHeaderBytes + (eventBytes / leastLineBytes) * stepColumns.length * 8) return undefined;
        const bytes = new Uint8Array(new ArrayBuffer(size));
        await readFully(file, bytes, 0);
        const decoded = decodeCurveIndex(bytes);
        if (decoded === undefined || decoded.offset > eventBytes) return undefined;
        const { fingerprint, ...index } = decoded;
        return fingerprint === (await fingerprintOf(events, index.offset)) ? index : undefined;
      }),
    );
  } catch {
    return undefined;
  }
}

/**
 * Writes the index of a run. Gives false where that is not possible, in a folder that cannot be written for instance. Readers
 * see the old file or the new one; it is not waited for until it is on the disk, since a torn one is recognised.
 */
export async function writeCurveIndex(folder: string, index: CurveIndex): Promise<boolean> {
  const file = curveIndexFile(folder);
  const draft = `${file}.tmp`;
  try {
    const fingerprint = await withFile(runPaths(folder).events, (events) => fingerprintOf(events, index.offset));
    const bytes = encodeCurveIndex(index, fingerprint);
    await withFile(draft, (handle) => handle.writeFile(bytes), 'w');
    await rename(draft, file);
    return true;
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
    return false;
  }
}

export function encodeCurveIndex(index: CurveIndex, fingerprint: string): Uint8Array<ArrayBuffer> {
  const { offset, seq, status, restarts, epochs, localisation } = index;
  const steps = stepColumns.map((name) => index.steps[name]);
  const columns = steps.map(({ BYTES_PER_ELEMENT, length }) => ({ bytesPerValue: BYTES_PER_ELEMENT, length }));
  const header: Header = { offset, seq, fingerprint, status, restarts, epochs, localisation, columns };
  const text = Buffer.from(JSON.stringify(header));
  const headerBytes = padded(text.length);
  const bytes = new Uint8Array(
    steps.reduce((sum, { byteLength }) => sum + padded(byteLength), fixedBytes + headerBytes),
  );
  bytes.fill(0x20, fixedBytes, fixedBytes + headerBytes);
  bytes.set(text, fixedBytes);
  let position = fixedBytes + headerBytes;
  for (const { buffer, byteOffset, byteLength } of steps) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), position);
    position += padded(byteLength);
  }
  const fixed = new Uint32Array(bytes.buffer, 0, fixedBytes / 4);
  fixed[0] = magic;
  fixed[2] = headerBytes;
  fixed[1] = checksum(bytes);
  return bytes;
}

/**
 * What the bytes of an index hold; undefined when they are none. The columns lie in the memory of `bytes`, which must begin
 * at the beginning of its buffer.
 */
export function decodeCurveIndex(
  bytes: Uint8Array<ArrayBuffer>,
): (CurveIndex & Pick<Header, 'fingerprint'>) | undefined {
  if (bytes.length < fixedBytes || bytes.length % 8 !== 0) return undefined;
  const [first, sum, headerBytes = 0] = new Uint32Array(bytes.buffer, 0, fixedBytes / 4);
  if (first !== magic || headerBytes % 8 !== 0 || fixedBytes + headerBytes > bytes.length) return undefined;
  if (sum !== checksum(bytes)) return undefined;
  const header = parseHeader(Buffer.from(bytes.buffer, fixedBytes, headerBytes).toString('utf8'));
  if (header === undefined) return undefined;
  let position = fixedBytes + headerBytes;
  const steps: Partial<StepValues> = {};
  for (const [place, { bytesPerValue, length }] of header.columns.entries()) {
    if (length > (bytes.length - position) / bytesPerValue) return undefined;
    const Values = bytesPerValue === 4 ? Float32Array : Float64Array;
    steps[stepColumns[place]!] = new Values(bytes.buffer, position, length);
    position += padded(length * bytesPerValue);
  }
  if (position !== bytes.length) return undefined;
  const { columns: _, ...rest } = header;
  return { ...rest, steps: steps as StepValues };
}

/** The header if it is one of ours in every field, since what comes of it is not looked at again. */
function parseHeader(text: string): Header | undefined {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof header !== 'object' || header === null) return undefined;
  const { offset, seq, fingerprint, status, restarts, epochs, localisation, columns } = header;
  if (!isCount(offset) || !isCount(seq) || typeof fingerprint !== 'string') return undefined;
  if (!Array.isArray(restarts) || !restarts.every(isCount)) return undefined;
  if (toEvent({ seq: 1, time: 0, type: 'status', ...status }) === undefined || status === undefined) return undefined;
  if (!Array.isArray(columns) || columns.length !== stepColumns.length || !columns.every(isColumn)) return undefined;
  const [{ length }, ...others] = columns as [Header['columns'][number], ...Header['columns']];
  const aux = others.pop()!;
  if (others.some((other) => other.length !== length) || (aux.length !== 0 && aux.length !== length)) return undefined;
  if (!isEpochColumns(epochs) || !isLocalisationColumns(localisation)) return undefined;
  return { offset, seq, fingerprint, status, restarts, epochs, localisation, columns };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isColumn(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { bytesPerValue, length } = value as Partial<Header['columns'][number]>;
  return (bytesPerValue === 4 || bytesPerValue === 8) && isCount(length);
}

function isEpochColumns(value: unknown): value is EpochColumns {
  const lengths = columnLengths(value, epochColumns);
  if (lengths === undefined) return false;
  const { epoch, auxLoss, auxTop1, ...others } = lengths;
  const areEqual = Object.values(others).every((length) => length === epoch);
  return areEqual && auxLoss === auxTop1 && (auxLoss === 0 || auxLoss === epoch);
}

function isLocalisationColumns(value: unknown): value is LocalisationColumns {
  const lengths = columnLengths(value, localisationColumns);
  return lengths !== undefined && new Set(Object.values(lengths)).size === 1;
}

/** How long these columns of measured values are, or undefined where one is missing or holds anything else. */
function columnLengths<Name extends string>(value: unknown, names: readonly Name[]): Record<Name, number> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const columns = names.map((name) => [name, (value as Partial<Record<Name, unknown>>)[name]] as const);
  const isMeasured = (item: unknown) => item === null || typeof item === 'number';
  if (!columns.every(([, column]) => Array.isArray(column) && column.every(isMeasured))) return undefined;
  return Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown[]).length])) as never;
}

/** FNV-1a over the 32-bit words behind the checksum itself. */
function checksum({ buffer }: Uint8Array<ArrayBuffer>): number {
  const words = new Uint32Array(buffer);
  let hash = 0x811c_9dc5;
  for (let index = 2; index < words.length; index++) hash = Math.imul(hash ^ words[index]!, 0x0100_0193);
  return hash >>> 0;
}

/** Of the beginning of the records and of the last ones before `offset`. */
async function fingerprintOf(events: FileHandle, offset: number): Promise<string> {
  const length = Math.min(fingerprintBytes, offset);
  const bytes = new Uint8Array(length * 2);
  await readFully(events, bytes.subarray(0, length), 0);
  await readFully(events, bytes.subarray(length), offset - length);
  return createHash('sha256').update(bytes).digest('hex');
}

async function readFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    done += bytesRead;
  }
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>, flags = 'r'): Promise<T> {
  const handle = await open(file, flags);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;
