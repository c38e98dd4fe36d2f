import { appendFileSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventReader, effectiveEvents, readAllEvents } from '../../../common/run/event-reader';
import { isSuperseded, parseEvent, type RunEvent } from '../../../common/run/events';
import { runPaths } from '../../../common/run/run-folder';
import { temporaryFolders } from '../temporary-folder';
import { arbitraryEvents, stepBody, toLine } from './arbitrary-events';

const temporaryFolder = temporaryFolders();
const steps = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index;
    return { seq, time: 1000 + seq, ...stepBody(seq) } as RunEvent;
  });
const lines = (events: RunEvent[]) => events.map(toLine).join('');

function pollAll(reader: EventReader): RunEvent[] {
  const all: RunEvent[] = [];
  for (let events = reader.poll(); events.length > 0; events = reader.poll()) all.push(...events);
  return all;
}

/** What may stand between records: junk, halves of records, empty lines. None of it contains a newline. */
const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', '')),
  fc.constantFrom('{"seq":1,"time":2,"type":"st', '', '[]', '{"seq":3}', '\u0000\u0000\u0000'),
);

describe('EventReader', () => {
  test('gives what the lines of the file hold, however the file grows and whatever is between', () => {
    const pieces = fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: junk }),
      {
        maxLength: 15,
      },
    );
    fc.assert(
      fc.property(
        arbitraryEvents(15),
        pieces,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 500 }),
        (events, between, growth, chunkBytes) => {
          const folder = temporaryFolder();
          const content = Buffer.from(
            events
              .map((event, index) => `${between[index] === undefined ? '' : `${between[index]}\n`}${toLine(event)}`)
              .join(''),
          );
          const file = openSync(runPaths(folder).events, 'a');
          const reader = new EventReader(folder, chunkBytes);
          const read: RunEvent[] = [];
          for (let offset = 0, turn = 0; offset < content.length; turn++) {
            offset += writeSync(
              file,
              content,
              offset,
              Math.min(growth[turn % growth.length]!, content.length - offset),
            );
            // Sometimes one poll, sometimes until there is no more.
            read.push(...(turn % 2 === 0 ? reader.poll() : pollAll(reader)));
          }
          read.push(...pollAll(reader));
          const model = content.toString('utf8').split('\n').slice(0, -1);
          const expected = model.map(parseEvent).filter((event) => event !== undefined);
          expect(read).toEqual(expected);
          expect(reader.restarts).toBe(0);
          const invalid = model.filter((line) => line !== '' && parseEvent(line) === undefined);
          expect(reader.invalidLines).toBe(invalid.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('waits for the newline of a torn last line', () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    const [first, second] = steps(1, 2);
    const torn = toLine(second!);
    writeFileSync(file, toLine(first!) + torn.slice(0, -1));
    const reader = new EventReader(folder);
    expect(reader.poll()).toEqual([first]);
    expect(reader.poll()).toEqual([]);
    appendFileSync(file, '\n');
    expect(reader.poll()).toEqual([second]);
    expect(reader.invalidLines).toBe(0);
  });

  test('a half line that was taken back leaves nothing behind', () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    const [first, second] = steps(1, 2);
    writeFileSync(file, `${toLine(first!)}{"seq":2,"ti`);
    const reader = new EventReader(folder);
    expect(reader.poll()).toEqual([first]);
    truncateSync(file, toLine(first!).length);
    expect(reader.poll()).toEqual([]);
    appendFileSync(file, toLine(second!));
    expect(reader.poll()).toEqual([second]);
    expect(reader.restarts).toBe(0);
  });

  test('a file that is not there yet has no records', () => {
    const folder = temporaryFolder();
    const reader = new EventReader(folder);
    expect(reader.poll()).toEqual([]);
    writeFileSync(runPaths(folder).events, lines(steps(1, 3)));
    expect(reader.poll()).toEqual(steps(1, 3));
    expect(reader.restarts).toBe(0);
  });

  test('starts over when the file was shortened or replaced, and says so; a file that is gone changes nothing', () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    writeFileSync(file, lines(steps(1, 5)));
    const reader = new EventReader(folder);
    expect(reader.poll()).toEqual(steps(1, 5));
    writeFileSync(file, lines(steps(1, 2)));
    expect(reader.poll()).toEqual(steps(1, 2));
    expect(reader.restarts).toBe(1);
    const others = steps(1, 20).map((event) => ({ ...event, time: 5 }));
    writeFileSync(file, lines(others));
    expect(pollAll(reader)).toEqual(others);
    expect(reader.restarts).toBe(2);
    rmSync(file);
    expect(reader.poll()).toEqual([]);
    writeFileSync(file, lines([...others, ...steps(21, 22)]));
    expect(pollAll(reader)).toEqual(steps(21, 22));
    expect(reader.restarts).toBe(2);
    rmSync(file);
    expect(reader.poll()).toEqual([]);
    writeFileSync(file, lines(steps(1, 30)));
    expect(pollAll(reader)).toEqual(steps(1, 30));
    expect(reader.restarts).toBe(3);
  });

  test('reads a chunk at a time', () => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).events, lines(steps(1, 5000)));
    const reader = new EventReader(folder, 10_000);
    const longest = Math.max(...Array.from({ length: 20 }, () => reader.poll().length));
    expect(longest).toBeGreaterThan(10);
    expect(longest).toBeLessThan(100);
  });

  test('skips a line that is too long for a record', () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    writeFileSync(file, toLine(steps(1, 1)[0]!));
    appendFileSync(file, Buffer.alloc(70 * 1024 * 1024, 'x'));
    const reader = new EventReader(folder);
    expect(pollAll(reader)).toEqual(steps(1, 1));
    appendFileSync(file, `\n${lines(steps(2, 3))}`);
    expect(pollAll(reader)).toEqual(steps(2, 3));
    expect(reader.invalidLines).toBe(1);
  });

  test('pollChunk gives a chunk at a time, also of what holds no records, and says when that was all', () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    writeFileSync(file, `${'x'.repeat(99)}\n`.repeat(300) + lines(steps(1, 3)));
    const reader = new EventReader(folder, 10_000);
    const chunks = [];
    for (let events = reader.pollChunk(); events !== undefined; events = reader.pollChunk()) chunks.push(events);
    expect(chunks).toEqual([[], [], [], steps(1, 3)]);
    expect(reader.position).toBe(readFileSync(file).length);
    expect(new EventReader(temporaryFolder()).pollChunk()).toBeUndefined();
  });

  test('starts behind what is known, and notices when that is no longer there', () => {
    const folder = temporaryFolder();
    const { events: file } = runPaths(folder);
    writeFileSync(file, lines(steps(1, 5)));
    const reader = new EventReader(folder);
    reader.startAt(lines(steps(1, 3)).length);
    expect(pollAll(reader)).toEqual(steps(4, 5));
    writeFileSync(file, lines(steps(1, 1)));
    expect(pollAll(reader)).toEqual(steps(1, 1));
    expect(reader.restarts).toBe(1);
  });

  test('reads no further than a line that it is told', () => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).events, lines(steps(1, 5)));
    const reader = new EventReader(folder);
    expect(reader.pollChunk(lines(steps(1, 3)).length)).toEqual(steps(1, 3));
    expect(reader.pollChunk(lines(steps(1, 2)).length)).toBeUndefined();
    expect(pollAll(reader)).toEqual(steps(4, 5));
  });
});

test('readAllEvents reads more than a chunk', () => {
  const folder = temporaryFolder();
  writeFileSync(runPaths(folder).events, lines(steps(1, 20_000)));
  expect(readFileSync(runPaths(folder).events).length).toBeGreaterThan(2 * 1024 * 1024);
  expect(readAllEvents(folder)).toEqual(steps(1, 20_000));
});

test('effectiveEvents drops what each resume voids', () => {
  fc.assert(
    fc.property(arbitraryEvents(60), (events) => {
      // The model: a list from which each resume removes.
      let kept: RunEvent[] = [];
      for (const event of events) {
        const fromStep = event.type === 'status' ? event.fromStep : undefined;
        if (fromStep !== undefined) kept = kept.filter((earlier) => !isSuperseded(earlier, fromStep));
        kept.push(event);
      }
      expect(effectiveEvents(events)).toEqual(kept);
    }),
  );
});
