/** A fraction as "52.3 %"; "–" where it is not known. */
export function formatPercent(fraction: number | null | undefined, digits = 1): string {
  return typeof fraction === 'number' && Number.isFinite(fraction) ? `${(fraction * 100).toFixed(digits)} %` : '–';
}

/** A loss as "2.3026". */
export function formatLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(4) : 'not finite';
}

/** Seconds as "42 s", "3 min 5 s" or "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
