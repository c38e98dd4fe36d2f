import type { RobustnessCell, RobustnessState } from '../../common/panels/robustness/robustness-contract';
import { entriesOf, isText, type KeptState, oneOf, record, restoreKept, texts } from '../shared/restore-state';
import { measureNames } from './measures';

const initial: Omit<RobustnessState, keyof KeptState> = {
  measure: 'error',
  view: 'sources',
  branches: 'all',
  pair: [],
  evaluations: {},
};

/** The state that the panel kept before a reload, as far as it can be understood; defaults for the rest. */
export const restoreState = (stored: unknown): RobustnessState =>
  restoreKept(stored, initial, ({ measure, view, branches, pair, evaluations, corruption, selection }) => ({
    measure: oneOf(measure, measureNames, initial.measure),
    view: oneOf(view, ['sources', 'difference'], initial.view),
    branches: oneOf(branches, ['all', 'main', 'aux'], initial.branches),
    pair: texts(pair).slice(0, 2),
    evaluations: entriesOf(evaluations, isText),
    corruption: isText(corruption) ? corruption : undefined,
    selection: restoreCell(selection),
  }));

function restoreCell(value: unknown): RobustnessCell | undefined {
  const { runKey, evaluation, branch, corruption, severity } = record(value);
  if (![runKey, evaluation, branch, corruption].every(isText) || !Number.isInteger(severity)) return undefined;
  return { runKey, evaluation, branch, corruption, severity } as RobustnessCell;
}
