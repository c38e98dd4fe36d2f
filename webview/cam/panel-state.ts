import type { CamClass, CamInput, CamOrder, CamState } from '../../common/panels/cam/cam-contract';
import { type ColourMapName, colourMapNames } from '../../common/panels/cam/picture/colour-maps';
import { isCount, isText, type KeptState, oneOf, record, restoreKept, within } from '../shared/restore-state';

export const orders: readonly CamOrder[] = ['chosen', 'confidence', 'disagreement', 'focus'];

/** Of a picture, in CSS pixels. */
export const pictureSizes = { min: 48, max: 256 };

const initial: Omit<CamState, keyof KeptState> = {
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
};

/** The state that the panel kept before a reload, as far as it can be understood; defaults for the rest. */
export const restoreState = (stored: unknown): CamState =>
  restoreKept(stored, initial, (fields) => ({
    epoch: isCount(fields.epoch) ? fields.epoch : null,
    now: oneOf(fields.now, ['once', 'live', null], null),
    shown: restoreClass(fields.shown),
    opacity: within(fields.opacity, 0, 1) ?? initial.opacity,
    colourMap: oneOf(fields.colourMap, colourMapNames, initial.colourMap),
    scale: oneOf(fields.scale, ['image', 'common'], initial.scale),
    difference: fields.difference === true,
    order: oneOf(fields.order, orders, initial.order),
    size: within(fields.size, pictureSizes.min, pictureSizes.max) ?? null,
    input: restoreInput(fields.input),
    selection: restoreSelection(fields.selection),
  }));

/** The colour map of a state, whose name was checked. */
export const colourMapOf = ({ colourMap }: CamState): ColourMapName => colourMap as ColourMapName;

function restoreClass(value: unknown): CamClass {
  const { name } = record(value);
  return isText(name) ? { name } : oneOf(value, ['predicted', 'true'], initial.shown);
}

function restoreInput(value: unknown): CamInput | null {
  const { corruption, severity } = record(value);
  const level = within(severity, 1, 5);
  return isText(corruption) && level !== undefined ? { corruption, severity: Math.round(level) } : null;
}

function restoreSelection(value: unknown): CamState['selection'] {
  const { image, column } = record(value);
  return isText(image) && isText(column) ? { image, column } : undefined;
}
