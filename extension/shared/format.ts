/** A fraction as "52.3 %"; "–" where it is not known. */
export function formatPercent(fraction: number | null | undefined, digits = 1): string {
  return typeof fraction === 'number' && Number.isFinite(fraction) ? `${(fraction * 100).toFixed(digits)} %` : '–';
}

/** Seconds as "42 s", "3 min 5 s" or "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Bytes as "340 kB", "270 MB" or "3.4 GB". */
export function formatBytes(bytes: number): string {
  const { divisor, name, digits } = byteUnit(bytes);
  return `${(bytes / divisor).toFixed(digits)} ${name}`;
}

/** A part of an amount in the amount's unit: "12 of 270 MB". */
export function formatBytesOf(part: number, whole: number): string {
  const { divisor, digits } = byteUnit(whole);
  return `${(part / divisor).toFixed(digits)} of ${formatBytes(whole)}`;
}

/** Units as downloads and disks are sold: a MB is a million bytes. */
function byteUnit(bytes: number): { divisor: number; name: string; digits: number } {
  if (bytes >= 950e6) return { divisor: 1e9, name: 'GB', digits: 1 };
  if (bytes >= 950e3) return { divisor: 1e6, name: 'MB', digits: 0 };
  return { divisor: 1e3, name: 'kB', digits: 0 };
}
