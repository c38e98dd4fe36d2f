/** Bytes as "340 kB", "270 MB" or "3.4 GB". */
export function formatBytes(bytes: number): string {
  const { divisor, name, digits } = byteUnit(bytes);
  return `${(bytes / divisor).toFixed(digits)} ${name}`;
}

/** Progress in the unit of the whole: "12 of 270 MB". */
export function formatBytesOf(part: number, whole: number): string {
  const { divisor, digits } = byteUnit(whole);
  return `${(part / divisor).toFixed(digits)} of ${formatBytes(whole)}`;
}

/** Decimal units: a MB is a million bytes. */
function byteUnit(bytes: number): { divisor: number; name: string; digits: number } {
  if (bytes >= 950e6) return { divisor: 1e9, name: 'GB', digits: 1 };
  if (bytes >= 950e3) return { divisor: 1e6, name: 'MB', digits: 0 };
  return { divisor: 1e3, name: 'kB', digits: 0 };
}
