import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { experimentSchema } from '../../../../common/experiment/schema';
import {
  type CurveIndex,
  curveIndexFile,
  decodeCurveIndex,
  encodeCurveIndex,
  readCurveIndex,
  writeCurveIndex,
} from '../../../../common/panels/curves/curve-index';
import { CurvesModel } from '../../../../common/panels/curves/curves-model';
import { readAllEvents } from '../../../../common/run/event-reader';
import type { RunEvent } from '../../../../common/run/events';
import { runPaths } from '../../../../common/run/run-folder';
import { runName } from '../../../run-name';
import { arbitraryEvents, stepBody, toLine } from '../../run/arbitrary-events';
import { temporaryFolders } from '../../temporary-folder';

const temporaryFolder = temporaryFolders();
const experiment = experimentSchema.parse({ dataset: { type: 'shapes' } });

function modelOf(events: readonly RunEvent[]): CurvesModel {
  const model = new CurvesModel(runName('run'), experiment);
  for (const event of events) model.add(event);
  return model;
}

const steps = (from: number, to: number): RunEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index;
    return { seq, time: 1000 + seq, ...stepBody(seq) } as RunEvent;
  });

function writeEvents(folder: string, events: readonly RunEvent[]): void {
  writeFileSync(runPaths(folder).events, events.map(toLine).join(''));
}

/** The index of all records that are in a folder. */
function indexOf(folder: string): CurveIndex {
  const events = readAllEvents(folder);
  const offset = readFileSync(runPaths(folder).events).length;
  return { offset, seq: events.at(-1)?.seq ?? 0, ...modelOf(events).snapshot() };
}

const aligned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
};

describe('the index of a run’s curves', () => {
  test('gives back what went in', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEvents(40), async (events) => {
        const folder = temporaryFolder();
        writeEvents(folder, events);
        const index = indexOf(folder);
        expect(await writeCurveIndex(folder, index)).toBe(true);
        const read = await readCurveIndex(folder);
        expect(read).toEqual(index);
        const model = new CurvesModel(runName('run'), experiment);
        model.restore(read!);
        expect(model.hydrate()).toEqual(modelOf(events).hydrate());
      }),
      { numRuns: 60 },
    );
  });

  test('holds for a file that has grown, and for no other', async () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    writeEvents(folder, steps(1, 300));
    await writeCurveIndex(folder, indexOf(folder));
    appendFileSync(file, steps(301, 302).map(toLine).join(''));
    expect((await readCurveIndex(folder))?.seq).toBe(300);
    writeEvents(folder, steps(1, 299));
    expect(await readCurveIndex(folder)).toBeUndefined();
    writeEvents(
      folder,
      steps(1, 300).map((event) => ({ ...event, time: event.time + 1 })),
    );
    expect(await readCurveIndex(folder)).toBeUndefined();
    rmSync(file);
    expect(await readCurveIndex(folder)).toBeUndefined();
  });

  test('damaged, cut, lengthened or made up, it is none', async () => {
    const folder = temporaryFolder();
    writeEvents(folder, steps(1, 60));
    await writeCurveIndex(folder, indexOf(folder));
    const file = curveIndexFile(folder);
    const good = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([place, change]) => {
            const bytes = Buffer.from(good);
            bytes[place] = bytes[place]! ^ change;
            return bytes;
          }),
          fc.nat({ max: good.length - 1 }).map((length) => good.subarray(0, length)),
          fc.uint8Array({ minLength: 1, maxLength: 50 }).map((more) => Buffer.concat([good, more])),
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        ),
        async (bytes) => {
          writeFileSync(file, bytes);
          expect(await readCurveIndex(folder)).toBeUndefined();
        },
      ),
      { numRuns: 400 },
    );
    writeFileSync(file, good);
    expect(await readCurveIndex(folder)).toBeDefined();
  });

  test('a header that is well-formed but wrong is none', () => {
    const index: CurveIndex = { offset: 10, seq: 3, ...modelOf(steps(1, 3)).snapshot() };
    const decoded = decodeCurveIndex(encodeCurveIndex(index, 'print'));
    expect(decoded).toEqual({ ...index, fingerprint: 'print' });
    fc.assert(
      fc.property(
        fc.constantFrom('offset', 'seq', 'status', 'restarts', 'epochs', 'localisation'),
        fc.jsonValue(),
        (field, value) => {
          // Whatever is in there: something that fits, or nothing.
          const other = decodeCurveIndex(encodeCurveIndex({ ...index, [field]: value } as CurveIndex, 'print'));
          if (other !== undefined) new CurvesModel(runName('run'), experiment).restore(other);
        },
      ),
    );
    const { localisation } = index;
    for (const other of [{}, { ...localisation, mainArea: [0.5] }, { ...localisation, agreement: 'none' }]) {
      const wrong = { ...index, localisation: other } as CurveIndex;
      expect(decodeCurveIndex(encodeCurveIndex(wrong, 'print'))).toBeUndefined();
    }
    const uneven = { ...index, steps: { ...index.steps, aux: new Float32Array(2) } };
    expect(decodeCurveIndex(encodeCurveIndex(uneven, 'print'))).toBeUndefined();
    expect(decodeCurveIndex(aligned(new Uint8Array(24)))).toBeUndefined();
  });

  test('one of an earlier layout is none', async () => {
    const folder = temporaryFolder();
    writeEvents(folder, steps(1, 60));
    await writeCurveIndex(folder, indexOf(folder));
    const file = curveIndexFile(folder);
    const bytes = readFileSync(file);
    // The version is the highest byte of the first word, which the checksum does not cover.
    expect(bytes[3]).toBe(2);
    bytes[3] = 1;
    writeFileSync(file, bytes);
    expect(await readCurveIndex(folder)).toBeUndefined();
  });

  test('where it cannot be written, that is no error and leaves no draft', async () => {
    const folder = temporaryFolder();
    writeEvents(folder, steps(1, 5));
    const index = indexOf(folder);
    mkdirSync(curveIndexFile(folder));
    expect(await writeCurveIndex(folder, index)).toBe(false);
    expect(existsSync(`${curveIndexFile(folder)}.tmp`)).toBe(false);
    expect(await readCurveIndex(folder)).toBeUndefined();
    chmodSync(folder, 0o500);
    await writeCurveIndex(folder, index);
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
    expect(await writeCurveIndex(folder, index)).toBe(false);
  });
});
