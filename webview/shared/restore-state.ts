import { panelProtocolVersion } from '../../common/panels/protocol';

/** What every panel keeps through `setState`. */
export interface KeptState {
  version: typeof panelProtocolVersion;
  /** The runs in the panel. */
  runKeys: string[];
  /** Which colour and marker a run has, by its key: an index. */
  styles: Record<string, number>;
}

/**
 * The state that a panel kept before a reload, as far as it can be understood.
 * @param initial of a new panel, and of one whose state another version wrote
 * @param restore the panel's own fields from what was kept
 */
export function restoreKept<State>(
  stored: unknown,
  initial: State,
  restore: (fields: Record<string, unknown>) => State,
): KeptState & State {
  const fields = record(stored);
  const isKnown = isKept(fields);
  return {
    version: panelProtocolVersion,
    runKeys: isKnown ? texts(fields.runKeys) : [],
    styles: isKnown ? entriesOf(fields.styles, isCount) : {},
    ...(isKnown ? restore(fields) : initial),
  };
}

/** Whether a panel of this version kept it. */
export const isKept = (stored: unknown): boolean => record(stored).version === panelProtocolVersion;

/** The fields of an object; of anything else none. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}

export function oneOf<T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((candidate) => candidate === value) ?? otherwise;
}

/** A number from `min` to `max`; undefined for anything else. */
export function within(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
}

export function entriesOf<T>(value: unknown, fits: (item: unknown) => item is T): Record<string, T> {
  const entries = Object.entries(record(value));
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => fits(entry[1])));
}

export const isText = (value: unknown): value is string => typeof value === 'string';

/** Whether it is a whole number from 0 on. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
