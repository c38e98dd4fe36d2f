import { fstatSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { readBytes, withFile } from '../files/read-bytes';

const tailBytes = 8192;
/** Characters of a line that are shown. */
export const maxLineLength = 300;

/**
 * The end of a log as a person wants to read it in a message: the last lines that are not empty, without terminal
 * control sequences and stack frames; of redrawn lines the last state. None when there is no log.
 * @param from bytes of the log that are left out
 */
export function lastWords(logFile: string, lines: number, from = 0): string[] {
  let tail: string;
  try {
    tail = withFile(logFile, (descriptor) => {
      const { size } = fstatSync(descriptor);
      const length = Math.max(0, Math.min(size - from, tailBytes));
      return readBytes(descriptor, size - length, length).toString('utf8');
    });
  } catch {
    return [];
  }
  return stripVTControlCharacters(tail)
    .split(/\r?\n/)
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trim())
    .filter((line) => line !== '' && !isStackFrame(line))
    .slice(-lines)
    .map((line) => line.slice(0, maxLineLength));
}

/** Whether a trimmed line is of a stack trace, which says nothing to a person. */
export const isStackFrame = (line: string): boolean => /^(at\s|Node\.js v|\d+: 0x[0-9a-f]{4})/.test(line);

/** Whether a line only says how far the work has come ("drawing training images: 250 of 2000"). */
export const isProgressLine = (line: string): boolean => /: \d+ of \d+\b/.test(line);
