/** Key, id and label of a run. */
export interface NamedRun {
  /** Identifies it and is never shown: its folder, in a report its label. */
  runKey: string;
  /** The name of its folder. */
  runId: string;
  /** What it is called: the name that a person gave it, else its id; with more where other runs are called the same. */
  label: string;
}

/**
 * Names runs, in the order given. A run's key is its folder. Its label is the folder's name; where others
 * among them have the same name, by as much of the path as sets it apart from those: "small-1 (a)" of
 * `a/runs/small-1` beside `b/runs/small-1`. One that a person has named goes by that, with the former behind it where others are
 * called the same: "Baseline (small-1)". No two are called the same.
 * @param folders absolute, without a separator at the end
 * @param givenName what a person calls the run in a folder; empty: nothing
 */
export function nameRuns(folders: readonly string[], givenName: (folder: string) => string = () => ''): NamedRun[] {
  const labels = withGivenNames(labelsOf(new Set(folders)), givenName);
  return folders.map((folder) => ({ runKey: folder, runId: partsOf(folder).at(-1)!, label: labels.get(folder)! }));
}

function withGivenNames(
  labels: ReadonlyMap<string, string>,
  givenName: (folder: string) => string,
): ReadonlyMap<string, string> {
  const uses = (texts: Iterable<string>) => {
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    return counts;
  };
  const wanted = [...labels].map(([folder, label]) => [folder, givenName(folder) || label, label] as const);
  const wishes = uses(wanted.map(([, wish]) => wish));
  const longer = wanted.map(
    ([folder, wish, label]) =>
      [folder, wish === label || wishes.get(wish) === 1 ? wish : `${wish} (${label})`] as const,
  );
  const taken = uses(longer.map(([, label]) => label));
  // Somebody may have called another run like that.
  return new Map(longer.map(([folder, label]) => [folder, taken.get(label) === 1 ? label : folder]));
}

function labelsOf(folders: ReadonlySet<string>): Map<string, string> {
  const groups = new Map<string, string[]>();
  for (const folder of folders) {
    const runId = partsOf(folder).at(-1)!;
    groups.set(runId, [...(groups.get(runId) ?? []), folder]);
  }
  const labels = new Map<string, string>();
  for (const [runId, group] of groups) {
    const places = distinguishingParts(group.map((folder) => partsOf(folder).slice(0, -1)));
    for (const [index, folder] of group.entries()) {
      const label = group.length === 1 ? runId : `${runId} (${places[index]})`;
      // Some other run's id may look like that.
      labels.set(folder, group.length > 1 && groups.has(label) ? folder : label);
    }
  }
  return labels;
}

/** Of each path as many of the last parts as no other ends with, without those that all of them end with. */
function distinguishingParts(paths: readonly (readonly string[])[]): string[] {
  const shared = sharedEnd(paths);
  const rests = paths.map((path) => path.slice(0, path.length - shared));
  return rests.map((rest, index) => {
    let count = 1;
    const end = (path: readonly string[]) => path.slice(-count).join('/');
    while (count < rest.length && rests.some((other, at) => at !== index && end(other) === end(rest))) count++;
    return end(rest) || '/';
  });
}

/** How many parts all of the paths end with; each keeps at least one. */
function sharedEnd(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  const max = Math.min(...paths.map((path) => path.filter((part) => part !== '').length)) - 1;
  let count = 0;
  while (count < max && paths.every((path) => path.at(-1 - count) === first.at(-1 - count))) count++;
  return Math.max(0, count);
}

const partsOf = (folder: string): string[] => folder.split(/[\\/]/);
