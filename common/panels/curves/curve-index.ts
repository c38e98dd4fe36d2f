import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../files/parse-json';
import { toEvent } from '../../run/events';
import { runPaths } from '../../run/run-folder';
import { byName, epochColumns, localisationColumns, stepColumns } from './curve-columns';
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
const minLineBytes = 64;
const maxHeaderBytes = 64 * 1024 * 1024;

const count = z.int().nonnegative();

/** Columns of measured values: those of `optional` are all empty in a run with one branch, the others equally long. */
function columns<Columns extends EpochColumns | LocalisationColumns>(
  names: readonly string[],
  optional: string[] = [],
) {
  const column = z.array(z.number().nullable());
  return z
    .object(byName(names, () => column))
    .refine((values) => {
      const length = values.epoch!.length;
      const isWhole = (name: string) => values[name]!.length === length;
      return (
        names.filter((name) => !optional.includes(name)).every(isWhole) &&
        (optional.every(isWhole) || optional.every((name) => values[name]!.length === 0))
      );
    })
    .transform((values) => values as unknown as Columns);
}

/** In every field, since what comes of it is not looked at again. */
const headerSchema = z.lazy(() =>
  z.object({
    offset: count,
    seq: count,
    fingerprint: z.string(),
    status: z.custom<CurvesSnapshot['status']>(
      (status) => typeof status === 'object' && toEvent({ seq: 1, time: 0, type: 'status', ...status }) !== undefined,
    ),
    restarts: z.array(count),
    epochs: columns<EpochColumns>(epochColumns, ['auxLoss', 'auxTop1']),
    localisation: columns<LocalisationColumns>(localisationColumns),
    /** Of the steps. */
    columns: z
      .array(z.object({ bytesPerValue: z.custom<number>((bytes) => bytes === 4 || bytes === 8), length: count }))
      .length(stepColumns.length)
      .refine((found) => {
        const [aux, ...others] = found.map(({ length }) => length).toReversed();
        return new Set(others).size === 1 && (aux === 0 || aux === others[0]);
      }),
  }),
);
type Header = z.infer<typeof headerSchema>;

/** The index of a run, or undefined where there is none, or none that fits the run's records. Never rejects. */
export async function readCurveIndex(folder: string): Promise<CurveIndex | undefined> {
  try {
    return await withFile(runPaths(folder).events, async (events) =>
      withFile(curveIndexFile(folder), async (file) => {
        const { size: eventBytes } = await events.stat();
        const { size } = await file.stat();
        // A step takes less room here than in the records, so a larger file is none of ours.
        if (size > maxHeaderBytes + (eventBytes / minLineBytes) * stepColumns.length * 8) return undefined;
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
  const text = Buffer.from(bytes.buffer, fixedBytes, headerBytes).toString('utf8');
  const header = headerSchema.safeParse(parseJson(text)).data;
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
