import type { RunHeader } from '../../common/panels/protocol';

/** What a run is called where it is to be seen that its folder is no longer there. */
export const markedLabel = ({ label, isGone }: Pick<RunHeader, 'label' | 'isGone'>): string =>
  isGone ? `${label} (gone)` : label;

/** The state of a run in a word. */
export const stateWord = ({ state, isGone }: Pick<RunHeader, 'state' | 'isGone'>): string => (isGone ? 'gone' : state);

/** Name of a run's experiment where the run's own does not tell it; runs are numbered after their experiment: "small-1". */
export function experimentNameBeside({ runId, name }: Pick<RunHeader, 'runId' | 'name'>): string | undefined {
  return runId === name || (/^-\d+$/.test(runId.slice(name.length)) && runId.startsWith(name)) ? undefined : name;
}
