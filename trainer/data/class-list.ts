import { readFileSync, statSync } from 'node:fs';
import { DatasetError } from '../../common/errors/dataset-error';
import { decodeText, EncodingError } from '../../common/files/text-encoding';

/** A class of a list, and where it stands. */
export interface ListedClass {
  name: string;
  /** Line in the file, from 1. */
  line: number;
}

/** A list of classes, in the order of its lines, which is the order of the labels. */
export interface ClassList {
  file: string;
  classes: ListedClass[];
  /** Lines that cannot be used, as sentences that name file and line. */
  problems: string[];
}

const maxBytes = 1 << 20;
const field = 'dataset.classes';
/** A WordNet identifier as ImageNet uses them for its classes: n01440764. */
const wordNetId = /^n\d{8}$/;

/**
 * Reads a list of classes: one a line; empty lines and what follows a `#` at the start of a line are passed over. A line is the
 * name of a class folder, or a WordNet identifier followed by words that say what it means (`n01440764 tench`), of which only the
 * identifier counts; after a tab, any line may have such words.
 *
 * @throws DatasetError if the file cannot be read or is no text
 */
export function readClassList(file: string): ClassList {
  let bytes: Buffer;
  try {
    const stats = statSync(file);
    if (stats.size > maxBytes)
      throw new DatasetError(
        `${file} has ${stats.size} bytes, too many for a list of classes: give one class a line`,
        field,
      );
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read: ${message}`;
    throw new DatasetError(`the list of classes ${file} ${why}: give a text file with one class a line`, field);
  }
  return parseClassList(file, bytes);
}

/**
 * @param file for messages
 * @param bytes the file's content, UTF-8
 * @throws DatasetError if it is no text
 */
export function parseClassList(file: string, bytes: Uint8Array): ClassList {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new DatasetError(`the list of classes ${file}, line ${error.line}: ${error.message}`, field);
  }
  const problems: string[] = [];
  const lines = new Map<string, number>();
  for (const [i, content] of text.split(/\r\n|\r|\n/).entries()) {
    const entry = content.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const line = i + 1;
    const { name } = classLine(entry);
    const earlier = lines.get(name);
    if (!isFolderName(name))
      problems.push(`${file}, line ${line}: ${JSON.stringify(name.slice(0, 80))} cannot be the name of a class folder`);
    else if (earlier !== undefined)
      problems.push(`${file}, line ${line}: the class ${name} is listed twice (first in line ${earlier}): remove one`);
    else lines.set(name, line);
  }
  if (lines.size < 2 && problems.length === 0)
    problems.push(
      `${file} lists ${lines.size === 1 ? 'only one class' : 'no classes'}: at least two are needed, one a line`,
    );
  return { file, classes: Array.from(lines, ([name, line]) => ({ name, line })), problems };
}

/**
 * What a line says: a name, and words that say what it means, '' for none.
 * @param entry without blanks around it
 */
export function classLine(entry: string): { name: string; words: string } {
  const first = entry.split(/\s/, 1)[0];
  const name = wordNetId.test(first) ? first : entry.split('\t', 1)[0];
  return { name: name.trimEnd(), words: entry.slice(name.length).trim() };
}

function isFolderName(name: string): boolean {
  return !/[/\\\0]/.test(name) && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255;
}
