import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEvent, recordSeq } from '../../../common/run/events';
import { arbitraryEvents, toLine } from './arbitrary-events';

const step = {
  seq: 7,
  time: 1,
  type: 'step',
  step: 3,
  epoch: 1,
  learningRate: 0.1,
  loss: { total: 2, main: 1, aux: 1 },
  imagesPerSecond: 50,
};

describe('parseEvent', () => {
  test('reads every record as it was written', () => {
    fc.assert(
      fc.property(arbitraryEvents(5), (events) => {
        expect(events.map((event) => parseEvent(toLine(event)))).toEqual(JSON.parse(JSON.stringify(events)));
      }),
    );
  });

  test('a part of a record is no record', () => {
    fc.assert(
      fc.property(arbitraryEvents(1), fc.nat(), (events, cut) => {
        const line = events.map((event) => JSON.stringify(event)).join('');
        expect(parseEvent(line.slice(0, cut % Math.max(1, line.length)))).toBeUndefined();
      }),
    );
  });

  test('no input makes it throw, and what it accepts has its numbers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (line) => {
        expect(parseEvent(line)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['a missing loss', { ...step, loss: undefined }],
    ['a loss that is text', { ...step, loss: { total: '2', main: 1 } }],
    ['an unknown type', { ...step, type: 'divergence' }],
    ['a type that every object has', { ...step, type: 'toString' }],
    ['seq 0', { ...step, seq: 0 }],
    ['a step that is no whole number', { ...step, step: 1.5 }],
    ['an unknown state', { seq: 1, time: 1, type: 'status', state: 'constructor' }],
  ])('refuses %s', (_, event) => {
    expect(parseEvent(JSON.stringify(event))).toBeUndefined();
  });

  test('a loss that was not finite is NaN again', () => {
    const event = parseEvent(JSON.stringify({ ...step, loss: { total: Number.NaN, main: Number.POSITIVE_INFINITY } }));
    expect(event).toEqual({ ...step, loss: { total: Number.NaN, main: Number.NaN } });
  });
});

test('recordSeq also numbers records of types that are not known yet', () => {
  expect(recordSeq('{"seq":12,"type":"divergence"}')).toBe(12);
  expect(recordSeq('{"seq":12,"type":"diver')).toBeUndefined();
  expect(recordSeq('{"seq":"12"}')).toBeUndefined();
  expect(recordSeq('null')).toBeUndefined();
});
