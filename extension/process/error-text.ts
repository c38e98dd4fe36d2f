import { isProgressLine } from '../../common/run/last-words';

/** Of a trainer's last words its error, which begins with the program's name; else its last line that is not about progress. */
export function errorText(lines: readonly string[]): string {
  const first = lines.findLastIndex(isError);
  return first < 0
    ? (lines.findLast((line) => !isProgressLine(line)) ?? '')
    : onOneLine(lines.slice(first).join('\n').slice(marker.length));
}

const marker = 'mixprop: ';

/** Whether a line of a trainer's output is an error of its own. */
export const isError = (line: string): boolean => line.startsWith(marker);

/** A text for a message, which has one line. */
export const onOneLine = (text: string): string => text.replaceAll(':\n', ': ').replaceAll('\n', '; ');

/** Whether an error or a remedy tells the person to install the native runtime. */
export const asksForRuntime = (text: string): boolean => text.includes('mixprop runtime install');
