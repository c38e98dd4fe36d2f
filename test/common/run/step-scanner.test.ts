import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEvent, type RunEvent } from '../../../common/run/events';
import { StepScanner } from '../../../common/run/step-scanner';
import { arbitraryEvents } from './arbitrary-events';

const scanner = new StepScanner();
/** In the middle of other bytes, as lines are. */
const scan = (line: string): RunEvent | undefined => {
  const bytes = Buffer.from(line);
  return scanner.scan(Buffer.concat([Buffer.from('}0e1'), bytes, Buffer.from('\n9}')]), 4, 4 + bytes.length);
};

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, 1e22, 123456789012345.6),
);
const value = fc.oneof({ weight: 9, arbitrary: finite }, { weight: 1, arbitrary: fc.constant(null) });
const count = fc.oneof(fc.nat(), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const stepLine = fc
  .record({
    seq: count.map((number) => Math.max(1, number)),
    time: fc.oneof(count, fc.double({ noNaN: true, noDefaultInfinity: true })),
    type: fc.constant('step'),
    step: count,
    epoch: count,
    learningRate: value,
    loss: fc.oneof(fc.record({ total: value, main: value, aux: value }), fc.record({ total: value, main: value })),
    imagesPerSecond: value,
  })
  .map((event) => JSON.stringify(event));

/** Writes numbers in other ways than JSON.stringify does, some of them wrong. */
const spelling = fc.constantFrom<(line: string) => string>(
  (line) => line,
  (line) => line.replace(/:(\d)/g, ':0$1'),
  (line) => line.replace(/(\d)\.(\d)/g, '$1.$2e+2'),
  (line) => line.replace(/(\d)\.(\d)/g, '$1E-3'),
  (line) => line.replace(/(\d)\.(\d+)/g, '$1.'),
  (line) => line.replace(/(\d)\.(\d+)/g, '$1.$2$2$2$2'),
  (line) => line.replace(/:(\d)/g, ':-$1'),
  (line) => line.replace(/:(\d)/g, ': $1'),
  (line) => line.replace('"epoch"', '"later":1,"epoch"'),
  (line) => line.replace('null', 'nul'),
  (line) => line.slice(0, -1),
  (line) => `${line}}`,
);

describe('StepScanner', () => {
  test('reads each step that a trainer writes, and as parseEvent reads it', () => {
    fc.assert(
      fc.property(stepLine, (line) => {
        const expected = parseEvent(line);
        const scanned = scan(line);
        expect(expected).toBeDefined();
        // Whole numbers of 16 digits and times with a fraction are left to parseEvent.
        if (/"(seq|time|step|epoch)":-?\d*([.e]|\d{16})/.test(line) || line.includes('"time":-')) {
          if (scanned === undefined) return;
        }
        expect(scanned).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('what it reads is what parseEvent reads, however it is written', () => {
    fc.assert(
      fc.property(stepLine, spelling, fc.nat({ max: 400 }), fc.nat({ max: 255 }), fc.boolean(), (...input) => {
        const [line, spell, place, byte, isDamaged] = input;
        const text = spell(line);
        const at = place % text.length;
        const changed = isDamaged ? text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1) : text;
        if (changed.includes('\n')) return;
        const scanned = scan(changed);
        if (scanned !== undefined) expect(scanned).toEqual(parseEvent(changed));
      }),
      { numRuns: 3000 },
    );
  });

  test('leaves all other records and any bytes to parseEvent', () => {
    fc.assert(
      fc.property(arbitraryEvents(5), (events) => {
        for (const event of events) {
          const line = JSON.stringify(event);
          if (event.type !== 'step') expect(scan(line)).toBeUndefined();
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(scanner.scan(Buffer.from(bytes), 0, bytes.length)).toBeUndefined();
      }),
    );
  });
});
