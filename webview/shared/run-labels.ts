import type { RunHeader } from '../protocol';

/** What runs are called in a panel, by run id: the experiment's name, or the run id where several share the name. */
export function labelsOfRuns(headers: readonly RunHeader[]): Map<string, string> {
  const names = headers.map(({ name }) => name);
  const isShared = (name: string) => names.indexOf(name) !== names.lastIndexOf(name);
  return new Map(headers.map(({ runId, name }) => [runId, isShared(name) ? runId : name]));
}
