import type { PanelRun } from './panel-runs';

/** Runs of one configuration, or one run that has its configuration for itself. */
export interface SeedGroup {
  /** The run whose colour, marker and place in the list stand for the group: the first. */
  runKey: string;
  runs: PanelRun[];
  label: string;
}

/** What may differ between runs of one configuration. */
const identity: ReadonlySet<string> = new Set(['seed', 'name']);

/** Puts together runs whose configurations differ in nothing but seed and name. Without settings a run stays alone. */
export function groupBySeed(runs: readonly PanelRun[]): SeedGroup[] {
  const groups = new Map<string, PanelRun[]>();
  for (const run of runs) {
    const key = configurationKey(run);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((members) => {
    const { runKey } = members[0]!.header;
    const names = members.map(({ header }) => header.name);
    const label = members.length === 1 ? names[0]! : `${commonName(names)} (${members.length} seeds)`;
    return { runKey, runs: members, label };
  });
}

function configurationKey({ header }: PanelRun): string {
  if (header.settings === undefined) return `run ${header.runKey}`;
  const fields = Object.entries(header.settings).filter(([path]) => !identity.has(path));
  return JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the names of a group begin with, without the dash before what tells them apart. */
export function commonName(names: readonly string[]): string {
  const [first = ''] = names;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  const common = first.slice(0, length).replace(/(?:[\s\-_.·]+(?:seed|s)?[\s\-_.=]*)$/i, '');
  return common === '' ? first : common;
}
