import { compareCodeUnits } from './dataset-folder';

/** Names of classes in the order that labels had where nothing stated another: by code unit. */
export const classesByName = (classes: readonly string[]): string[] => [...classes].sort(compareCodeUnits);

/** Of each label the position of its class by name. What is chosen or listed by these does not depend on the labels' order. */
export function ranksByName(classes: readonly string[]): Int32Array {
  const ranks = new Int32Array(classes.length);
  const labels = Array.from(classes.keys()).sort((a, b) => compareCodeUnits(classes[a], classes[b]));
  for (const [rank, label] of labels.entries()) ranks[label] = rank;
  return ranks;
}

/** The first names of a list, for a message. */
export function listNames(names: readonly string[], shown = 10): string {
  const some = names.slice(0, shown).map(showName).join(', ');
  return names.length > shown ? `${some} and ${names.length - shown} more` : some;
}

/** Of what a message does not show: blanks at an end, and what has no width or another form than it seems. */
const misleading = /^\s|\s$|^$|[,"\p{C}]|[^\S ]/u;

/** A name in a message: quoted where its ends, or what is in it, could not be seen otherwise. */
export function showName(name: string): string {
  if (!misleading.test(name)) return name;
  return JSON.stringify(name).replace(
    /\p{C}|[^\S ]/gu,
    (letter) => `\\u${letter.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** Equal for names that look alike. */
const lookOf = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();

/**
 * Says of names that look alike in what they differ: `"café" composed (NFC) and "café" decomposed (NFD)`.
 *
 * @param others none: those of `names` among themselves; else of each of `names` with one of these
 * @returns a phrase for each pair
 */
export function lookAlikes(names: readonly string[], others?: readonly string[]): string[] {
  const known = new Map<string, string>();
  for (const name of others ?? []) known.set(lookOf(name), name);
  const phrases: string[] = [];
  for (const name of names) {
    const look = lookOf(name);
    const other = known.get(look);
    if (other !== undefined && other !== name)
      phrases.push(others ? differenceOf(name, other) : differenceOf(other, name));
    if (!others) known.set(look, name);
  }
  return phrases;
}

function differenceOf(a: string, b: string): string {
  const [first, second] = [describe(a, b), describe(b, a)];
  const hasNothing = first.length === 0 && second.length === 0;
  const rest = hasNothing
    ? a.toLowerCase() === b.toLowerCase()
      ? ', in the case of their letters'
      : ', in letters that look alike'
    : '';
  const phrase = (name: string, what: string[]) => [JSON.stringify(name), ...what].join(' ');
  return `${phrase(a, first)} and ${phrase(b, second)}${rest}`;
}

/** What sets a name apart from one that looks like it. */
function describe(name: string, other: string): string[] {
  const found: string[] = [];
  const form = (text: string) => (text === text.normalize('NFC') ? 'composed (NFC)' : 'decomposed (NFD)');
  if (form(name) !== form(other)) found.push(form(name));
  const blanks = [/^\s/u.test(name) ? 'leading' : '', /\s$/u.test(name) ? 'trailing' : ''].filter(
    (place) => place !== '',
  );
  if (blanks.length > 0) found.push(`with a ${blanks.join(' and a ')} space`);
  if (/\p{Cf}/u.test(name)) found.push('with invisible characters');
  return found;
}

/** What stands before the first number of a name, and the number: a sign where nothing else is before it. */
const numbered = /^([-+]?)(\d+(?:\.\d+)?)|^(\D+)(\d+(?:\.\d+)?)/;

/**
 * Classes most of whose names are numbers, or begin alike with one, in another order than the numbers': 0, 1, 10, 11, 2;
 * 0-9, 10-19, 100-109, 20-29; class1, class10, class2.
 *
 * @param names in the order of the labels
 */
export function isOutOfNumericOrder(names: readonly string[]): boolean {
  const groups = new Map<string, number[]>();
  for (const name of names) {
    const [, sign, plain, before = '', number] = numbered.exec(name) ?? [];
    if (plain === undefined && number === undefined) continue;
    const value = plain === undefined ? Number(number) : Number(sign + plain);
    const group = groups.get(before);
    if (group) group.push(value);
    else groups.set(before, [value]);
  }
  const numbers = [...groups.values()].find(({ length }) => 2 * length > names.length);
  return numbers?.some((value, i) => value < numbers[i - 1]) ?? false;
}
