/** Of a trainer's last words its error, which begins with the program's name; else its last line. */
export function errorText(lines: readonly string[]): string {
  const marker = 'mixprop: ';
  const first = lines.findLastIndex((line) => line.startsWith(marker));
  return first < 0 ? (lines.at(-1) ?? '') : onOneLine(lines.slice(first).join('\n').slice(marker.length));
}

/** A text for a message, which has one line. */
export const onOneLine = (text: string): string => text.replaceAll(':\n', ': ').replaceAll('\n', '; ');

/** Whether an error or a remedy tells the person to install the native runtime. */
export const asksForRuntime = (text: string): boolean => text.includes('mixprop runtime install');
