import type { DivergenceState } from '../../common/panels/divergence/divergence-contract';
import { panelProtocolVersion } from '../../common/panels/protocol';
import { measureNames } from './measures';

const initialState: DivergenceState = {
  version: panelProtocolVersion,
  runKeys: [],
  measure: 'symmetricKl',
  // Layers differ by orders of magnitude.
  scale: 'log',
  view: 'runs',
  columns: 'epochs',
  pair: [],
  styles: {},
};

/** The state of an earlier life of the panel, as far as it can be understood; defaults for the rest. */
export function restoreState(stored: unknown): DivergenceState {
  if (typeof stored !== 'object' || stored === null) return { ...initialState };
  const { version, runKeys, measure, scale, view, columns, pair, styles, selection } = stored as Record<
    string,
    unknown
  >;
  if (version !== panelProtocolVersion) return { ...initialState };
  const selected = restoreSelection(selection);
  return {
    version: panelProtocolVersion,
    runKeys: texts(runKeys),
    measure: measureNames.find((name) => name === measure) ?? initialState.measure,
    scale: scale === 'linear' ? 'linear' : 'log',
    view: view === 'difference' ? 'difference' : 'runs',
    columns: columns === 'steps' ? 'steps' : 'epochs',
    pair: texts(pair).slice(0, 2),
    styles: Object.fromEntries(
      Object.entries(typeof styles === 'object' && styles !== null ? styles : {}).filter(
        (entry): entry is [string, number] => Number.isInteger(entry[1]) && (entry[1] as number) >= 0,
      ),
    ),
    ...(selected === undefined ? {} : { selection: selected }),
  };
}

function restoreSelection(value: unknown): DivergenceState['selection'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { runKey, layer, epoch } = value as Record<string, unknown>;
  if (typeof runKey !== 'string' || typeof layer !== 'string') return undefined;
  return Number.isSafeInteger(epoch) && (epoch as number) >= 0 ? { runKey, layer, epoch: epoch as number } : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
