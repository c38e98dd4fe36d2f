import { stripVTControlCharacters } from 'node:util';
import { isStackFrame, maxLineLength } from '../../common/run/last-words';

/** The last lines of an output that mean something to a person: not empty, and no stack frames. */
export class LastLines {
  readonly lines: string[] = [];

  constructor(private readonly count: number) {}

  /** Gives the line without terminal control sequences; undefined when it is empty. */
  add(text: string): string | undefined {
    const line = stripVTControlCharacters(text).trim();
    if (line === '') return undefined;
    if (!isStackFrame(line)) {
      this.lines.push(line.slice(0, maxLineLength));
      if (this.lines.length > this.count) this.lines.shift();
    }
    return line;
  }
}
