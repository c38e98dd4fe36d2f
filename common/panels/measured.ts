/** A measured value, or null where it was not finite (a run that diverged): JSON knows no NaN. */
export type Measured = number | null;

export function measured(value: number | null | undefined): Measured {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
