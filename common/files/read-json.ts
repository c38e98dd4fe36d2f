import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { reasonOf } from '../errors/system-error';

/** What is said of a JSON file that cannot be used. */
export interface JsonFileWords {
  /** Of one whose contents are not as they should be: "is damaged". */
  damaged: string;
  /** What to do about it. */
  remedy?: string;
  /** Makes the error of a message. */
  fail: (message: string) => Error;
}

/**
 * Reads a JSON file that MixProp Studio has written. One with a `format` above 1 is of a later version.
 * @throws what `fail` makes of a message that names the file, the first field that is wrong, and the remedy
 */
export function readJsonFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  { damaged, remedy, fail }: JsonFileWords,
): z.infer<Schema> {
  const refuse = (what: string) => fail([`${file} ${what}`, ...(remedy ? [remedy] : [])].join('; '));
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(`cannot be read: ${reasonOf(error)}`);
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > 1)
    throw fail(`${file} has format ${format}, which needs a newer MixProp Studio`);
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  throw refuse(`${damaged}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}
