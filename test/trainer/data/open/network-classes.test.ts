import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../../../common/errors/dataset-error';
import { experimentSchema } from '../../../../common/experiment/schema';
import {
  type FolderSplit,
  listValidation,
  type ScanOptions,
  scanImageFolder,
  scanValidation,
} from '../../../../trainer/data/image-folder/folder-scan';
import { openValidationFolder } from '../../../../trainer/data/open/open-validation';
import { temporaryFolder } from '../temporary-folder';

const alphabet = ['bee', 'cat', 'dog', 'elk', 'wasp', '0', '1', '10', '2', 'é', 'Cat', 'a b', 'n01440764'];

/** What became of a class folder since training. */
const fate = fc.constantFrom('kept', 'kept', 'kept', 'renamed', 'removed');

const situation = fc.record({
  /** In the order of the network's outputs. */
  recorded: fc.uniqueArray(fc.constantFrom(...alphabet), { minLength: 2, maxLength: 5 }),
  fates: fc.array(fate, { minLength: 5, maxLength: 5 }),
  added: fc.option(fc.constantFrom(...alphabet), { nil: undefined }),
  /** Which splits that happened to. */
  splits: fc.constantFrom(['train', 'val'], ['val'], ['train']),
  list: fc.constantFrom('none', 'recorded', 'reversed', 'present'),
  hasTraining: fc.boolean(),
});

type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never;

/** Makes the folder. @returns the list of classes, if there is one, and whether anything is other than in training */
function make(
  root: string,
  { recorded, fates, added, splits, list, hasTraining }: Situation,
): { classFile: string | null; isUnchanged: boolean } {
  const writeClass = (split: string, name: string) => {
    mkdirSync(join(root, split, name), { recursive: true });
    writeFileSync(join(root, split, name, '0.png'), '');
  };
  for (const split of ['train', 'val']) for (const name of recorded) writeClass(split, name);
  const names = new Set(recorded);
  let isUnchanged = true;
  for (const split of splits) {
    for (const [i, name] of recorded.entries()) {
      if (fates[i] === 'kept') continue;
      isUnchanged = false;
      if (fates[i] === 'removed') rmSync(join(root, split, name), { recursive: true });
      else renameSync(join(root, split, name), join(root, split, `${name}-new`));
      names.delete(name);
      if (fates[i] === 'renamed') names.add(`${name}-new`);
    }
    if (added !== undefined && !recorded.includes(added)) {
      isUnchanged = false;
      writeClass(split, added);
      names.add(added);
    }
  }
  if (!hasTraining) rmSync(join(root, 'train'), { recursive: true });
  if (list === 'none') return { classFile: null, isUnchanged };
  const lines = { recorded, reversed: [...recorded].reverse(), present: [...names] }[list];
  const classFile = join(root, 'classes.txt');
  writeFileSync(classFile, `${lines.join('\n')}\n`);
  return { classFile, isUnchanged };
}

describe('with a network whose classes are known, a data set is refused, or every label is that of its folder’s name', () => {
  const check = (recorded: readonly string[], classes: readonly string[], parts: readonly FolderSplit[]) => {
    expect(classes).toEqual(recorded);
    for (const { folder, files, labels } of parts) {
      for (const [i, file] of files.entries()) {
        const [className] = file.slice(folder === undefined ? 0 : folder.length + 1).split('/');
        expect(labels[i], file).toBe(recorded.indexOf(className!));
      }
    }
  };

  test('resume, evaluate and explain', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const root = temporaryFolder();
        const { classFile, isUnchanged } = make(root, drawn);
        const options: ScanOptions = { classFile, heldOut: null, networkClasses: drawn.recorded };
        for (const scan of [scanImageFolder, scanValidation, listValidation]) {
          const { classes, training, validation, problems } = scan(root, options);
          if (isUnchanged && (drawn.hasTraining || scan !== scanImageFolder)) expect(problems).toEqual([]);
          if (problems.length === 0) check(drawn.recorded, classes, [training, validation]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('evaluate --data with a folder of validation images', () => {
    const settings = experimentSchema.parse({ dataset: { type: 'image-folder', path: 'gone' } }).dataset;
    if (settings.type !== 'image-folder') throw new Error('no image folder');
    fc.assert(
      fc.property(situation, (drawn) => {
        const root = temporaryFolder();
        const { isUnchanged } = make(root, drawn);
        const options = { baseFolder: root, networkClasses: drawn.recorded, onWarning: () => {} };
        try {
          const { classes, validation } = openValidationFolder(join(root, 'val'), settings, options);
          const files = Array.from({ length: validation.count }, (_, i) => validation.path(i));
          check(drawn.recorded, classes, [{ folder: validation.folder, files, labels: [...validation.labels] }]);
        } catch (error) {
          if (!(error instanceof DatasetError)) throw error;
          expect(isUnchanged, error.message).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test('a list of classes that is gone is made up for by the classes of the network, in all ways of reading', () => {
  const root = temporaryFolder();
  for (const split of ['train', 'val'])
    for (const name of ['bee', 'cat', 'dog']) {
      mkdirSync(join(root, split, name), { recursive: true });
      writeFileSync(join(root, split, name, '0.png'), '');
    }
  const options = { classFile: join(root, 'gone.txt'), heldOut: null, networkClasses: ['dog', 'bee'] };
  for (const scan of [scanImageFolder, scanValidation, listValidation]) {
    const { classes, validation, problems, warnings } = scan(root, options);
    expect([problems, classes]).toEqual([[], ['dog', 'bee']]);
    expect(validation.files.map((file, i) => [file, classes[validation.labels[i]]])).toEqual([
      ['val/bee/0.png', 'bee'],
      ['val/dog/0.png', 'dog'],
    ]);
    expect(warnings.join()).toContain('gone.txt does not exist: the classes are those that the network was trained on');
    expect(() => scan(root, { ...options, networkClasses: undefined })).toThrow(DatasetError);
  }
});
