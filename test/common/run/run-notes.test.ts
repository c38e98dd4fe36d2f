import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runPaths } from '../../../common/run/run-folder';
import { changeRunNotes, noNotes, notesProblem, readRunNotes } from '../../../common/run/run-notes';
import { temporaryFolders } from '../temporary-folder';

const temporaryFolder = temporaryFolders();

describe('the notes of a run', () => {
  test('are none where there is no file', () => {
    expect(readRunNotes(temporaryFolder())).toEqual(noNotes);
  });

  test('change one by one', () => {
    const folder = temporaryFolder();
    changeRunNotes(folder, { tags: ['paper', ' table 1 ', 'paper'], star: true });
    changeRunNotes(folder, { name: ' ResNet/α: "best", 🙂 ', note: 'one,\n"two"' });
    const notes = { name: 'ResNet/α: "best", 🙂', star: true, tags: ['paper', 'table 1'], note: 'one,\n"two"' };
    expect(readRunNotes(folder)).toEqual(notes);
    expect(changeRunNotes(folder, { name: '', tags: [] })).toEqual({ ...notes, name: '', tags: [] });
    expect(readdirSync(folder)).toEqual(['notes.json']);
  });

  test('keep what a later version has added', () => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).notes, '{"format": 1, "colour": "red"}');
    changeRunNotes(folder, { star: true });
    expect(JSON.parse(readFileSync(runPaths(folder).notes, 'utf8'))).toEqual({ format: 1, colour: 'red', star: true });
  });

  test.each([
    ['{', 'notes.json cannot be read'],
    ['{"format": 1, "star": "yes"}', 'notes.json is damaged: star'],
    ['{"format": 2}', 'has format 2, which needs a newer MixProp Studio'],
  ])('that cannot be read are not overwritten: %s', (text, message) => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).notes, text);
    expect(() => readRunNotes(folder)).toThrow(message);
    expect(() => changeRunNotes(folder, { star: true })).toThrow(message);
    expect(readFileSync(runPaths(folder).notes, 'utf8')).toBe(text);
  });

  test('that cannot be written say why', () => {
    const folder = join(temporaryFolder(), 'gone');
    expect(() => changeRunNotes(folder, { star: true })).toThrow(/cannot write .*notes\.json: the run folder is gone/);
  });

  test.each([
    [{ name: '🙂'.repeat(201) }, 'the name has 201 characters'],
    [{ name: 'a\nb' }, 'the name has a line break'],
    [{ tags: ['a', ' '] }, 'a tag is empty'],
    [{ tags: ['a,b'] }, 'the tag "a,b" has a comma'],
    [{ tags: ['x'.repeat(51)] }, 'has 51 characters: use up to 50'],
    [{ note: 'x'.repeat(10_001) }, 'the note has 10001 characters'],
  ])('are refused with the remedy: %#', (change, message) => {
    const folder = temporaryFolder();
    expect(() => changeRunNotes(folder, change)).toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('are read as they were written', () => {
    const folder = temporaryFolder();
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const notes = fc.record({ name: text, star: fc.boolean(), tags: fc.array(text, { maxLength: 4 }), note: text });
    fc.assert(
      fc.property(notes, (change) => {
        fc.pre(notesProblem(change) === undefined);
        const tags = [...new Set(change.tags.map((tag) => tag.trim()))];
        const expected = { ...change, name: change.name.trim(), tags };
        expect(changeRunNotes(folder, change)).toEqual(expected);
        expect(readRunNotes(folder)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
