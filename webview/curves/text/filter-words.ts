import { stateWord } from '../../shared/run-labels';
import type { PanelRun } from '../data/panel-runs';

/** Whether a run has all words of a filter in what its card says of it. */
export function matchesFilter({ header }: Pick<PanelRun, 'header'>, filter: string): boolean {
  const text = [header.label, header.name, header.description, stateWord(header)].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
