/** A fraction as "52.3 %"; "–" where it is not known. */
export function formatPercent(fraction: number | null | undefined, digits = 1): string {
  return typeof fraction === 'number' && Number.isFinite(fraction) ? `${(fraction * 100).toFixed(digits)} %` : '–';
}

/** A loss as "2.3026". */
export function formatLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(4) : 'not finite';
}
