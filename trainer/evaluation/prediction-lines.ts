import { closeSync, existsSync, ftruncateSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { writingTo } from '../../common/errors/run-write-error';
import type { Branch } from '../../common/weights/branch';
import type { EvaluatedBatch } from './evaluate-conditions';
import { isAuxMoreConfident } from './measures';

/**
 * Writes predictions as JSONL, a line an image, condition and branch; under a name of its own until it is complete, so that an
 * evaluation that was stopped can go on with it. Corrupted images also say how: `corruption` and `severity`.
 */
export class PredictionLines {
  private readonly part: string;
  private descriptor: number | undefined;
  private bytes = 0;

  /**
   * @param chosen which branch's lines: all, one, or of each image the one with the larger confidence
   */
  constructor(
    readonly file: string,
    private readonly chosen: Branch | 'both' | 'confidence',
  ) {
    this.part = `${file}.part`;
  }

  /** Says what is written, and where to. */
  get key(): string {
    return `${this.file} ${this.chosen}`;
  }

  /** Whether there is something to go on with. */
  get hasPart(): boolean {
    return existsSync(this.part);
  }

  /** @param bytes length of what is to be kept @throws RunWriteError if the file is shorter, or cannot be written */
  open(bytes: number): void {
    writingTo(this.part, () => {
      if (bytes > 0 && statSync(this.part).size < bytes) throw new Error('it has become shorter: delete it');
      this.descriptor = openSync(this.part, bytes > 0 ? 'r+' : 'w');
      ftruncateSync(this.descriptor, bytes);
      this.bytes = bytes;
    });
  }

  /** @returns length of the file with the batch. @throws RunWriteError */
  write({ condition, columns, first, count, logits }: EvaluatedBatch): number {
    const { images, indices, name, severity } = condition;
    let text = '';
    for (let i = 0; i < count; i++) {
      for (const branch of this.branchesOf(columns, first + i)) {
        const { predicted, confidence } = columns[branch]!;
        const rows = logits[branch]!;
        const classes = rows.length / count;
        const index = indices[first + i];
        const line = {
          path: images.path(index),
          label: images.labels[index],
          predicted: predicted[first + i],
          confidence: confidence[first + i],
          branch,
          ...(this.chosen === 'confidence' && { policy: this.chosen }),
          ...(name !== 'clean' && { corruption: name, ...(severity !== null && { severity }) }),
          logits: [...rows.subarray(i * classes, (i + 1) * classes)],
        };
        text += `${JSON.stringify(line)}\n`;
      }
    }
    const bytes = Buffer.from(text);
    writingTo(this.part, () => {
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.descriptor!, bytes, written, bytes.length - written, this.bytes + written);
    });
    this.bytes += bytes.length;
    return this.bytes;
  }

  /** Closes the file where it stands. */
  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** Closes the file and gives it its name. @throws RunWriteError */
  finish(): void {
    this.close();
    writingTo(this.part, () => renameSync(this.part, this.file));
  }

  private branchesOf(columns: EvaluatedBatch['columns'], image: number): Branch[] {
    const { main, aux } = columns;
    if (this.chosen === 'confidence' && main && aux) return [isAuxMoreConfident(main, aux, image) ? 'aux' : 'main'];
    return Object.keys(columns) as Branch[];
  }
}
