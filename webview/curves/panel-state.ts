import { type CurvesState, webviewProtocolVersion } from '../protocol';

export const maximumSmoothing = 0.99;

const initialState: CurvesState = {
  version: webviewProtocolVersion,
  runIds: [],
  hidden: [],
  // Steps are many and noisy: TensorBoard's 0.6, made for fewer points, would leave most of the noise.
  smoothing: 0.9,
  loss: 'branches',
  styles: {},
};

/** The state of an earlier life of the panel, as far as it can be understood; defaults for the rest. */
export function restoreState(stored: unknown): CurvesState {
  if (typeof stored !== 'object' || stored === null) return { ...initialState };
  const { version, runIds, hidden, smoothing, loss, styles } = stored as Record<string, unknown>;
  if (version !== webviewProtocolVersion) return { ...initialState };
  return {
    version: webviewProtocolVersion,
    runIds: texts(runIds),
    hidden: texts(hidden),
    smoothing:
      typeof smoothing === 'number' && smoothing >= 0 && smoothing <= maximumSmoothing
        ? smoothing
        : initialState.smoothing,
    loss: loss === 'total' ? 'total' : 'branches',
    styles: Object.fromEntries(
      Object.entries(typeof styles === 'object' && styles !== null ? styles : {}).filter(
        (entry): entry is [string, number] => Number.isInteger(entry[1]) && (entry[1] as number) >= 0,
      ),
    ),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
