import type { DivergenceState } from '../../common/panels/divergence/divergence-contract';
import { isCount, isText, type KeptState, oneOf, record, restoreKept, texts } from '../shared/restore-state';
import { measureNames } from './measures';

const initial: Omit<DivergenceState, keyof KeptState> = {
  measure: 'symmetricKl',
  // Layers differ by orders of magnitude.
  scale: 'log',
  view: 'runs',
  columns: 'epochs',
  pair: [],
};

/** The state that the panel kept before a reload, as far as it can be understood; defaults for the rest. */
export const restoreState = (stored: unknown): DivergenceState =>
  restoreKept(stored, initial, ({ measure, scale, view, columns, pair, selection }) => ({
    measure: oneOf(measure, measureNames, initial.measure),
    scale: oneOf(scale, ['log', 'linear'], initial.scale),
    view: oneOf(view, ['runs', 'difference'], initial.view),
    columns: oneOf(columns, ['epochs', 'steps'], initial.columns),
    pair: texts(pair).slice(0, 2),
    selection: restoreSelection(selection),
  }));

function restoreSelection(value: unknown): DivergenceState['selection'] {
  const { runKey, layer, epoch } = record(value);
  return isText(runKey) && isText(layer) && isCount(epoch) ? { runKey, layer, epoch } : undefined;
}
