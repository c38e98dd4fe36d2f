import { open } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';

const tailBytes = 8192;

/**
 * The end of a log as a person wants to read it in a message: the last lines that are not empty, without terminal
 * control sequences and stack frames. Empty when there is no log.
 * @param from bytes of the log that are left out
 */
export async function lastWords(logFile: string, lines: number, from = 0): Promise<string> {
  let tail: string;
  try {
    const file = await open(logFile, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.max(0, Math.min(size - from, tailBytes));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      tail = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
  return stripVTControlCharacters(tail)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^at\s/.test(line) && !/^Node\.js v/.test(line))
    .slice(-lines)
    .join('\n');
}
