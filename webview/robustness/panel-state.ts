import { panelProtocolVersion } from '../../common/panels/protocol';
import type { RobustnessCell, RobustnessState } from '../../common/panels/robustness/robustness-contract';
import { measureNames } from './measures';

const initialState: RobustnessState = {
  version: panelProtocolVersion,
  runKeys: [],
  measure: 'error',
  view: 'sources',
  branches: 'all',
  pair: [],
  evaluations: {},
  styles: {},
};

/** The state of an earlier life of the panel, as far as it can be understood; defaults for the rest. */
export function restoreState(stored: unknown): RobustnessState {
  if (typeof stored !== 'object' || stored === null) return { ...initialState };
  const state = stored as Record<string, unknown>;
  if (state.version !== panelProtocolVersion) return { ...initialState };
  const selection = restoreCell(state.selection);
  return {
    version: panelProtocolVersion,
    runKeys: texts(state.runKeys),
    measure: measureNames.find((name) => name === state.measure) ?? initialState.measure,
    view: state.view === 'difference' ? 'difference' : 'sources',
    branches: state.branches === 'main' || state.branches === 'aux' ? state.branches : 'all',
    pair: texts(state.pair).slice(0, 2),
    evaluations: entriesOf(state.evaluations, (value) => typeof value === 'string'),
    styles: entriesOf(state.styles, (value) => Number.isInteger(value) && (value as number) >= 0),
    ...(typeof state.corruption === 'string' ? { corruption: state.corruption } : {}),
    ...(selection === undefined ? {} : { selection }),
  };
}

function restoreCell(value: unknown): RobustnessCell | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { runKey, evaluation, branch, corruption, severity } = value as Record<string, unknown>;
  if (![runKey, evaluation, branch, corruption].every((text) => typeof text === 'string')) return undefined;
  if (!Number.isInteger(severity)) return undefined;
  return { runKey, evaluation, branch, corruption, severity } as RobustnessCell;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function entriesOf<T>(value: unknown, fits: (item: unknown) => boolean): Record<string, T> {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return Object.fromEntries(entries.filter(([, item]) => fits(item)));
}
