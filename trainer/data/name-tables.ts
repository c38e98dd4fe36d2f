import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadableNames } from '../../common/run/readable-names';
import { classLine } from './class-list';

/** Where distributions of ImageNet and its parts say what identifiers mean. */
const tables: readonly { name: string; parse: (text: string) => Meaning[] }[] = [
  // A list of classes as `dataset.classes` takes it.
  { name: 'classes.txt', parse: linesOf },
  // Tiny-ImageNet: identifier, tab, words.
  { name: 'words.txt', parse: linesOf },
  // ImageNet at Kaggle: identifier, blank, words.
  { name: 'LOC_synset_mapping.txt', parse: linesOf },
  // ImageNet-100 at Kaggle: an object of them.
  { name: 'Labels.json', parse: objectOf },
];
const maxBytes = 16 << 20;

type Meaning = readonly [name: string, words: string];

/**
 * Reads what people call classes whose names are identifiers (`n01440764` is "tench"): from the words in the list of classes, else
 * from the tables that lie in the data set's folder. Of several synonyms the first is taken; where two classes share it, their
 * identifiers follow in brackets. A table that cannot be read is passed over: names are for reading, nothing is computed from them.
 *
 * @param root absolute path of the data set
 * @param classFile absolute path of its list of classes, or null
 * @param classes names whose meaning is wanted
 * @returns undefined if none has one
 */
export function readReadableNames(
  root: string,
  classFile: string | null,
  classes: readonly string[],
): ReadableNames | undefined {
  const wanted = new Set(classes);
  const meanings = new Map<string, string>();
  const add = (found: readonly Meaning[]) => {
    for (const [name, words] of found) {
      const first = words.split(',', 1)[0].trim();
      if (wanted.has(name) && first !== '' && first !== name && !meanings.has(name)) meanings.set(name, first);
    }
  };
  if (classFile !== null) add(linesOf(textOf(classFile)));
  for (const { name, parse } of tables) if (meanings.size < wanted.size) add(parse(textOf(join(root, name))));
  if (meanings.size === 0) return undefined;
  const counts = new Map<string, number>();
  // A class without a meaning is shown by its own name.
  for (const name of classes) {
    const shown = meanings.get(name) ?? name;
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  return Object.fromEntries(
    Array.from(meanings, ([name, words]) => [name, counts.get(words) === 1 ? words : `${words} (${name})`]),
  );
}

/** '' where it is not there, too large or no text. */
function textOf(file: string): string {
  try {
    if (statSync(file).size > maxBytes) return '';
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch {
    return '';
  }
}

function linesOf(text: string): Meaning[] {
  return text.split(/\r\n|\r|\n/).flatMap((line): Meaning[] => {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) return [];
    const { name, words } = classLine(entry);
    return [[name, words]];
  });
}

function objectOf(text: string): Meaning[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  } catch {
    return [];
  }
}
