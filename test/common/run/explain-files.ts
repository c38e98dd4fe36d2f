import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeExplainFile } from '../../../common/run/explain-file';
import { writePictures } from '../../../common/run/explain-pictures';
import { epochFile } from '../../../common/run/run-folder';

/** Writes maps of the images one and two, 1 × 2, for the classes a and b, and their pictures. */
export function writeMaps(folder: string, epoch: number, images: readonly string[] = ['one', 'two']): void {
  mkdirSync(folder, { recursive: true });
  const count = images.length;
  const branch = (first: number) => ({
    logits: Float32Array.from({ length: count * 2 }, (_, i) => first + i),
    maps: Float32Array.from({ length: count * 4 }, (_, i) => first + i / 3),
    kept: Int32Array.from({ length: count * 2 }, (_, i) => i % 2),
  });
  writeExplainFile(join(folder, epochFile(epoch)), {
    epoch,
    step: 10 * epoch,
    classes: ['a', 'b'],
    images: images.map((path, index) => ({ path, index, label: index % 2 })),
    height: 1,
    width: 2,
    branches: { main: branch(epoch), aux: branch(-epoch) },
  });
  writePictures(folder, {
    imageSize: 4,
    pictures: images.map((path, index) => ({ path, index, label: ['a', 'b'][index % 2]!, png: 'AAAA' })),
    problems: [],
  });
}
