import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imagesChosenInRun } from '../../../common/run/chosen-images';

const folderWith = (...records: object[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'mixprop-choice-'));
  const lines = records.map((record, i) => `${JSON.stringify({ seq: i + 1, time: 1, ...record })}\n`);
  writeFileSync(join(folder, 'events.jsonl'), lines.join(''));
  return folder;
};

test('the images chosen last while the run went on', () => {
  const folder = folderWith(
    { type: 'status', state: 'running' },
    { type: 'images', step: 3, epoch: 1, images: [0, 'validation/circle/000001'] },
    { type: 'images', step: 5, epoch: 1, images: [7] },
    { type: 'status', state: 'stopped' },
  );
  expect(imagesChosenInRun(folder)).toEqual([7]);
});

test('none where none were chosen, and where there is no run', () => {
  expect(imagesChosenInRun(folderWith({ type: 'status', state: 'running' }))).toBeUndefined();
  expect(imagesChosenInRun(join(tmpdir(), 'no-such-run'))).toBeUndefined();
});
