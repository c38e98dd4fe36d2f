/** What classes are called where people read, by their names in the data set: of those whose names are identifiers. */
export type ReadableNames = Readonly<Record<string, string>>;

/** @param name of a class in the data set */
export function readableName(names: ReadableNames | undefined, name: string): string {
  return names && Object.hasOwn(names, name) ? names[name] : name;
}
