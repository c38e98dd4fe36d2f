import { existsSync } from 'node:fs';
import * as z from 'zod';
import { UsageError } from '../errors/usage-error';
import { type JsonFileWords, readJsonFile } from '../files/read-json';
import { replaceFile } from '../files/replace-file';
import { runPaths } from './run-folder';

/** What a later version may add stays when this one writes. */
const schema = z.looseObject({
  format: z.literal(1),
  name: z.string().optional(),
  star: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  note: z.string().optional(),
});

/** What a person has said of a run. It changes nothing of the run. */
export interface RunNotes {
  /** What it is called in lists; empty: by its id. */
  name: string;
  star: boolean;
  tags: readonly string[];
  /** Text, of several lines perhaps. */
  note: string;
}

export const noNotes: RunNotes = { name: '', star: false, tags: [], note: '' };

const longestRunName = 200;
const longestTag = 50;
const longestNote = 10_000;

/** `notes.json` of a run; `noNotes` where there is none. @throws UsageError naming a file that cannot be used */
export function readRunNotes(runFolder: string): RunNotes {
  const { name = '', star = false, tags = [], note = '' } = readNotesFile(runFolder) ?? {};
  return { name, star, tags, note };
}

/**
 * Changes some of a run's notes and leaves the others as they are at this moment.
 * @returns the notes as they are now
 * @throws UsageError for a value that cannot be kept, and for a file that cannot be read: it is never overwritten
 * @throws RunWriteError
 */
export function changeRunNotes(runFolder: string, change: Partial<RunNotes>): RunNotes {
  const problem = notesProblem(change);
  if (problem !== undefined) throw new UsageError(problem);
  const tags = change.tags && [...new Set(change.tags.map((tag) => tag.trim()))];
  const name = change.name?.trim();
  const changed = { ...change, ...(name !== undefined && { name }), ...(tags && { tags }) };
  const content = { format: 1, ...readNotesFile(runFolder), ...changed };
  replaceFile(runPaths(runFolder).notes, `${JSON.stringify(content, null, 1)}\n`);
  return readRunNotes(runFolder);
}

/** Why notes cannot be kept, with what to do; undefined where they can. */
export function notesProblem({ name = '', tags = [], note = '' }: Partial<RunNotes>): string | undefined {
  if (lengthOf(name.trim()) > longestRunName)
    return `the name has ${lengthOf(name.trim())} characters: use up to ${longestRunName}, the note takes the rest`;
  if (/\p{Cc}/u.test(name)) return 'the name has a line break or another control character: leave it out';
  for (const tag of tags) {
    if (tag.trim() === '') return 'a tag is empty: leave it out';
    if (/[\p{Cc},]/u.test(tag))
      return `the tag ${JSON.stringify(tag)} has a comma or a control character: make two tags of it, or leave it out`;
    if (lengthOf(tag) > longestTag)
      return `the tag ${JSON.stringify(tag)} has ${lengthOf(tag)} characters: use up to ${longestTag}`;
  }
  return lengthOf(note) > longestNote
    ? `the note has ${lengthOf(note)} characters: use up to ${longestNote}`
    : undefined;
}

/** In characters as Unicode counts them. */
const lengthOf = (text: string): number => [...text].length;

function readNotesFile(runFolder: string): z.infer<typeof schema> | undefined {
  const file = runPaths(runFolder).notes;
  return existsSync(file) ? readJsonFile(file, schema, words) : undefined;
}

const words: JsonFileWords = {
  damaged: 'is damaged',
  remedy: 'it holds the name, the star, the tags and the note of the run: correct it, or delete it to begin anew',
  fail: (message) => new UsageError(message),
};
