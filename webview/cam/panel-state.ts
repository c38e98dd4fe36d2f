import type { CamClass, CamInput, CamOrder, CamState } from '../../common/panels/cam/cam-contract';
import { type ColourMapName, colourMapNames } from '../../common/panels/cam/picture/colour-maps';
import { panelProtocolVersion } from '../../common/panels/protocol';

export const orders: readonly CamOrder[] = ['chosen', 'confidence', 'disagreement', 'focus'];

/** Of a picture, in CSS pixels. */
export const sizes = { least: 48, most: 256 };

const initialState: CamState = {
  version: panelProtocolVersion,
  runKeys: [],
  epoch: null,
  now: null,
  shown: 'predicted',
  opacity: 0.5,
  colourMap: 'jet',
  scale: 'image',
  difference: false,
  order: 'chosen',
  size: null,
  input: null,
  styles: {},
};

/** The state of an earlier life of the panel, as far as it can be understood; defaults for the rest. */
export function restoreState(stored: unknown): CamState {
  if (typeof stored !== 'object' || stored === null) return { ...initialState };
  const fields = stored as Record<string, unknown>;
  if (fields.version !== panelProtocolVersion) return { ...initialState };
  const selection = restoreSelection(fields.selection);
  return {
    version: panelProtocolVersion,
    runKeys: texts(fields.runKeys),
    epoch: isEpoch(fields.epoch) ? fields.epoch : null,
    now: fields.now === 'once' || fields.now === 'live' ? fields.now : null,
    shown: restoreClass(fields.shown),
    opacity: within(fields.opacity, 0, 1) ?? initialState.opacity,
    colourMap: colourMapNames.find((name) => name === fields.colourMap) ?? initialState.colourMap,
    scale: fields.scale === 'common' ? 'common' : 'image',
    difference: fields.difference === true,
    order: orders.find((order) => order === fields.order) ?? 'chosen',
    size: within(fields.size, sizes.least, sizes.most) ?? null,
    input: restoreInput(fields.input),
    styles: Object.fromEntries(
      Object.entries(typeof fields.styles === 'object' && fields.styles !== null ? fields.styles : {}).filter(
        (entry): entry is [string, number] => isEpoch(entry[1]),
      ),
    ),
    ...(selection === undefined ? {} : { selection }),
  };
}

/** The colour map of a state, whose name was checked. */
export const colourMapOf = ({ colourMap }: CamState): ColourMapName => colourMap as ColourMapName;

function restoreClass(value: unknown): CamClass {
  if (value === 'true') return 'true';
  const { name } = (value ?? {}) as Record<string, unknown>;
  return typeof name === 'string' ? { name } : 'predicted';
}

function restoreInput(value: unknown): CamInput | null {
  const { corruption, severity } = (value ?? {}) as Record<string, unknown>;
  if (typeof corruption !== 'string') return null;
  const level = within(severity, 1, 5);
  return level === undefined ? null : { corruption, severity: Math.round(level) };
}

function restoreSelection(value: unknown): CamState['selection'] {
  const { image, column } = (value ?? {}) as Record<string, unknown>;
  return typeof image === 'string' && typeof column === 'string' ? { image, column } : undefined;
}

const isEpoch = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function within(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
