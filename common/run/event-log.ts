import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { RunWriteError, writingTo } from '../errors/run-write-error';
import { readBytes } from '../files/read-bytes';
import { type RunEvent, type RunEventBody, recordSeq } from './events';
import { runPaths } from './run-folder';

const newline = 0x0a;
const scanBytes = 64 * 1024;

/**
 * The writer of a run's `events.jsonl`. Only the holder of the run's lock may open it. Writing is synchronous, one write
 * a record: when `append` returns, the record is in the file (though not necessarily on the disk: see `sync`).
 */
export class EventLog {
  private readonly listeners = new Set<(event: RunEvent) => void>();
  /** Part of a record that could not be written may lie behind `size`. */
  private torn = false;

  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
    private size: number,
    private seq: number,
  ) {}

  /**
   * Opens the log of a run folder for appending, and makes it if need be. A torn last line is closed with a newline, so
   * that readers skip it.
   * @throws RunWriteError
   */
  static open(folder: string): EventLog {
    const file = runPaths(folder).events;
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, 'a+');
      const { size } = fstatSync(descriptor);
      const log = new EventLog(file, descriptor, size, 0);
      if (size > 0 && readBytes(descriptor, size - 1, 1)[0] !== newline) log.write(Buffer.of(newline));
      log.seq = lastSeqIn(descriptor, log.size);
      return log;
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw error instanceof RunWriteError ? error : new RunWriteError(file, error);
    }
  }

  /** `seq` of the last record, 0 before the first. */
  get lastSeq(): number {
    return this.seq;
  }

  /**
   * Writes one record and hands it to the listeners.
   * @throws RunWriteError: the record is then not in the file, and the next one takes its `seq`
   */
  append(body: RunEventBody): RunEvent {
    const { type, ...fields } = body;
    const event = { seq: this.seq + 1, time: Date.now(), type, ...fields } as RunEvent;
    this.write(Buffer.from(`${JSON.stringify(event)}\n`));
    this.seq = event.seq;
    for (const listener of this.listeners) listener(event);
    return event;
  }

  /** Calls `listener` with every record from now on, right after it was written. Returns how to end that. */
  onEvent(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Waits until the records are on the disk: before a checkpoint that builds on them.
   * @throws RunWriteError
   */
  sync(): void {
    writingTo(this.file, () => fsyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private write(bytes: Buffer): void {
    try {
      if (this.torn) this.cut();
      let written = 0;
      while (written < bytes.length) {
        written += writeSync(this.descriptor, bytes, written);
        this.torn = true;
      }
    } catch (error) {
      try {
        if (this.torn) this.cut();
      } catch {
        // The half line stays until the next write or the next opening of the log; it has no newline, so nobody reads it.
      }
      throw new RunWriteError(this.file, error);
    }
    this.torn = false;
    this.size += bytes.length;
  }

  /** Takes back what was written of an unfinished record. */
  private cut(): void {
    ftruncateSync(this.descriptor, this.size);
    this.torn = false;
  }
}

/** `seq` of the last line that has one, read from the end of the file; 0 if there is none. */
function lastSeqIn(descriptor: number, size: number): number {
  let tail: Buffer = Buffer.alloc(0);
  for (let start = size; start > 0; ) {
    const length = Math.min(scanBytes, start);
    start -= length;
    tail = Buffer.concat([readBytes(descriptor, start, length), tail]);
    // The first line of the tail may have begun before it.
    const firstLine = start === 0 ? 0 : tail.indexOf(newline) + 1;
    if (start > 0 && firstLine === 0) continue;
    const lines = tail.toString('utf8', firstLine).split('\n');
    for (const line of lines.reverse()) {
      const seq = recordSeq(line);
      if (seq !== undefined) return seq;
    }
    tail = tail.subarray(0, firstLine);
  }
  return 0;
}
