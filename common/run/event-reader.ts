import { closeSync, fstatSync, openSync } from 'node:fs';
import { readBytes } from '../files/read-bytes';
import { isSuperseded, parseEvent, type RunEvent, recordSeq, type StatusEvent } from './events';
import { runPaths } from './run-folder';
import { StepScanner } from './step-scanner';

const newline = 0x0a;
/** How much of the file's beginning is remembered to notice that it was replaced. Holds the first record's time. */
const headBytes = 128;
/** A longer line cannot be a record and is skipped: the draws of a batch of 65,536 images take less than 2 MB. */
const maxLineBytes = 16 * 1024 * 1024;

/**
 * Reads a run's `events.jsonl` bit by bit while another process may append to it. A last line without newline is left
 * for later; lines that are no records are skipped. Memory stays within a chunk, however long the file is.
 */
export class EventReader {
  /** Lines skipped so far because they are not records: torn, damaged, or of a type of a later version. */
  invalidLines = 0;
  /** How often the file was found replaced or shortened, not merely gone. Records are then given from its beginning again. */
  restarts = 0;

  private readonly file: string;
  private readonly scanner = new StepScanner();
  /** Just behind the last newline that was read. */
  private offset = 0;
  private head: Buffer = Buffer.alloc(0);
  private skippingLine = false;
  /** `seq` of the last line that has one; undefined where what lies before was not read. */
  private lastSeq: number | undefined = 0;
  private hasRecords = false;
  /** Records whose lines are gone or damaged, as the gaps in `seq` tell. */
  private missingRecords = 0;
  /** Damaged lines behind the last record. A single one in the middle without a gap was torn when a trainer was killed. */
  private damagedAtEnd = 0;
  /** Bytes behind the last newline. */
  private unfinishedBytes = 0;

  /** @param chunkBytes how much of the file one `poll` reads, unless a line is longer */
  constructor(
    folder: string,
    private readonly chunkBytes = 1024 * 1024,
  ) {
    this.file = runPaths(folder).events;
  }

  /** Starts behind a line that ends at this offset and whose record, like all before it, is known. */
  startAt(offset: number): void {
    this.offset = offset;
    this.lastSeq = undefined;
    this.hasRecords = true;
  }

  /** Just behind the last line that was read. */
  get position(): number {
    return this.offset;
  }

  /** What is wrong with what was read so far, in words; undefined where nothing is. */
  get problem(): string | undefined {
    const { invalidLines, missingRecords, damagedAtEnd } = this;
    const damaged = (lines: number) =>
      `${lines === 1 ? 'a line that is' : `${lines} lines that are`} damaged or from a later version of MixProp Studio`;
    if (!this.hasRecords) {
      const what = this.skippingLine
        ? 'a line that is longer than any record'
        : invalidLines > 0
          ? damaged(invalidLines)
          : this.unfinishedBytes > 0 && 'a part of a line';
      return what ? `events.jsonl holds no records, but ${what}` : undefined;
    }
    const parts = [
      ...(missingRecords > 0 ? [`lacks ${missingRecords} ${missingRecords === 1 ? 'record' : 'records'}`] : []),
      ...(damagedAtEnd > 0 ? [`ends with ${damaged(damagedAtEnd)}`] : []),
    ];
    return parts.length > 0 ? `events.jsonl ${parts.join(' and ')}` : undefined;
  }

  /**
   * The next records in the order of the file, at most about a chunk of them. None means: all that is there was given (or
   * there is no file yet).
   * @throws the system's error when the file is there but cannot be read
   */
  poll(): RunEvent[] {
    for (;;) {
      const events = this.pollChunk();
      if (events === undefined || events.length > 0) return events ?? [];
    }
  }

  /**
   * The records in the next chunk of the file, perhaps none; undefined when all that is there was given (or there is no file
   * yet). Takes milliseconds, whatever the file holds, unless a line is longer than a chunk.
   * @param end an offset behind a line: what follows is left for later
   * @throws the system's error when the file is there but cannot be read
   */
  pollChunk(end = Number.POSITIVE_INFINITY): RunEvent[] | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(this.file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // What was given stays valid; when a file is there again, its beginning tells whether it is the same.
      return undefined;
    }
    try {
      const { size } = fstatSync(descriptor);
      if (this.wasReplaced(descriptor, size)) this.restart();
      const events: RunEvent[] = [];
      const isMore = this.readChunk(descriptor, Math.min(size, end), events);
      if (this.head.length < headBytes) {
        this.head = readBytes(descriptor, 0, Math.min(headBytes, this.offset));
      }
      return isMore ? events : undefined;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Reads complete lines; false when there are no more. */
  private readChunk(descriptor: number, size: number, events: RunEvent[]): boolean {
    let length = this.chunkBytes;
    let chunk: Buffer;
    let end: number;
    for (;;) {
      chunk = readBytes(descriptor, this.offset, Math.max(0, Math.min(length, size - this.offset)));
      end = chunk.lastIndexOf(newline) + 1;
      if (end > 0) break;
      if (chunk.length < length) {
        this.unfinishedBytes = chunk.length;
        return false;
      }
      if (this.skippingLine || length >= maxLineBytes) {
        this.skippingLine = true;
        this.offset += chunk.length;
        return true;
      }
      length *= 2;
    }
    for (let start = 0; start < end; ) {
      const lineEnd = chunk.indexOf(newline, start);
      if (this.skippingLine) {
        this.addInvalidLine();
        this.skippingLine = false;
      } else if (lineEnd > start) {
        const event = this.scanner.scan(chunk, start, lineEnd) ?? parseEvent(chunk.toString('utf8', start, lineEnd));
        if (event === undefined) this.addInvalidLine(recordSeq(chunk.toString('utf8', start, lineEnd)));
        else {
          this.hasRecords = true;
          this.countGap(event.seq);
          events.push(event);
        }
      }
      start = lineEnd + 1;
    }
    this.offset += end;
    return true;
  }

  /** @param seq of a record that is none to this version */
  private addInvalidLine(seq?: number): void {
    this.invalidLines++;
    if (seq === undefined) this.damagedAtEnd++;
    else this.countGap(seq);
  }

  private countGap(seq: number): void {
    if (this.lastSeq !== undefined) this.missingRecords += Math.max(0, seq - this.lastSeq - 1);
    this.lastSeq = seq;
    this.damagedAtEnd = 0;
  }

  private wasReplaced(descriptor: number, size: number): boolean {
    return size < this.offset || !readBytes(descriptor, 0, this.head.length).equals(this.head);
  }

  private restart(): void {
    this.restarts++;
    this.offset = 0;
    this.head = Buffer.alloc(0);
    this.skippingLine = false;
    this.lastSeq = 0;
    this.hasRecords = false;
    this.missingRecords = 0;
    this.damagedAtEnd = 0;
  }
}

/** Every record of a run folder, superseded ones included. Empty when there are none. */
export function readAllEvents(folder: string): RunEvent[] {
  const reader = new EventReader(folder);
  const all: RunEvent[] = [];
  for (;;) {
    const events = reader.poll();
    if (events.length === 0) return all;
    for (const event of events) all.push(event);
  }
}

/** The last state that a run recorded; undefined where it has none yet. */
export const lastStatus = (folder: string): StatusEvent | undefined =>
  readAllEvents(folder).findLast((event) => event.type === 'status');

/** The records that still count: without those that a later `status` record with `fromStep` superseded. */
export function effectiveEvents(events: readonly RunEvent[]): RunEvent[] {
  const kept: RunEvent[] = [];
  let fromStep = Number.POSITIVE_INFINITY;
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!;
    if (!isSuperseded(event, fromStep)) kept.push(event);
    if (event.type === 'status' && event.fromStep !== undefined) fromStep = Math.min(fromStep, event.fromStep);
  }
  return kept.reverse();
}
