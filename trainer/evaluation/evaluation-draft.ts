import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writingTo } from '../../common/errors/run-write-error';
import type { Branch } from '../../common/weights/branch';
import type { BranchColumns } from './measures';

/** Numbers of the images `first` … `first + count − 1` of a condition. */
export interface EvaluatedPart {
  /** Index of the condition. */
  condition: number;
  first: number;
  count: number;
  /** Columns of all images of the condition; the part's are read from them or written to them. */
  columns: Partial<Record<Branch, BranchColumns>>;
}

interface Line {
  condition: number;
  first: number;
  count: number;
  branches: Partial<Record<Branch, Record<keyof BranchColumns, string>>>;
  /** Bytes of the file of predictions when these images were in it. */
  predictionBytes: number;
}

const columnNames = ['predicted', 'confidence', 'loss', 'rank'] as const satisfies readonly (keyof BranchColumns)[];

/**
 * What an evaluation has done so far, on the disk: a line that says of what, then a line a part, appended. A torn last line is ignored.
 */
export class EvaluationDraft {
  /** @param key of the evaluation; a draft with another key is dropped */
  constructor(
    readonly file: string,
    private readonly key: string,
  ) {}

  /**
   * Fills in what is done.
   *
   * @param columnsOf columns of the images of a condition
   * @returns how many images of each condition are done, and the length of the predictions' file that goes with it
   * @throws RunWriteError if nothing can be written
   */
  resume(columnsOf: readonly Partial<Record<Branch, BranchColumns>>[]): { done: number[]; predictionBytes: number } {
    const done = columnsOf.map(() => 0);
    let predictionBytes = 0;
    const lines = existsSync(this.file) ? readFileSync(this.file, 'utf8').split('\n') : [];
    const kept: string[] = [];
    if (lines[0] === this.head()) {
      for (const text of lines.slice(1)) {
        const line = parsedLine(text);
        // Whatever follows a line that does not fit would leave a gap.
        if (!line || line.first !== done[line.condition] || !fill(line, columnsOf[line.condition])) break;
        done[line.condition] += line.count;
        ({ predictionBytes } = line);
        kept.push(text);
      }
    }
    writingTo(this.file, () => writeFileSync(this.file, [this.head(), ...kept, ''].join('\n')));
    return { done, predictionBytes };
  }

  /** @throws RunWriteError */
  append({ condition, first, count, columns }: EvaluatedPart, predictionBytes: number): void {
    const branches: Line['branches'] = {};
    for (const [branch, values] of Object.entries(columns) as [Branch, BranchColumns][]) {
      const encoded = columnNames.map((name) => {
        const { buffer, byteOffset, byteLength } = values[name].subarray(first, first + count);
        return [name, Buffer.from(buffer, byteOffset, byteLength).toString('base64')];
      });
      branches[branch] = Object.fromEntries(encoded) as Record<keyof BranchColumns, string>;
    }
    const line: Line = { condition, first, count, branches, predictionBytes };
    writingTo(this.file, () => appendFileSync(this.file, `${JSON.stringify(line)}\n`));
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }

  private head(): string {
    return JSON.stringify({ format: 'mixprop-evaluation-draft', key: this.key });
  }
}

function parsedLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

/** Writes a line's numbers to the columns; false if they do not fit. */
function fill({ first, count, branches }: Line, columns: EvaluatedPart['columns'] | undefined): boolean {
  for (const [branch, values] of Object.entries(columns ?? {}) as [Branch, BranchColumns][]) {
    for (const name of columnNames) {
      const bytes = Buffer.from(branches[branch]?.[name] ?? '', 'base64');
      const { buffer, byteOffset, byteLength } = values[name].subarray(first, first + count);
      if (bytes.length !== byteLength || byteLength === 0) return false;
      new Uint8Array(buffer, byteOffset, byteLength).set(bytes);
    }
  }
  return columns !== undefined;
}
