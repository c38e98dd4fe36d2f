import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { computedFolder, MapsError, readEpochMaps, readNowMaps } from '../../../../common/panels/cam/cam-files';
import { nowFilePath } from '../../../../common/run/explain-file';
import { PicturesError, readPictures, writePictures } from '../../../../common/run/explain-pictures';
import { epochsOfFiles, runPaths } from '../../../../common/run/run-folder';
import { writeMaps } from '../../run/explain-files';

const newFolder = () => mkdtempSync(join(tmpdir(), 'mixprop-cam-files-'));
const fog = { corruption: 'fog', severity: 3 };

describe('the maps of an epoch', () => {
  test('are those that were recorded, then those that were computed', () => {
    const folder = newFolder();
    writeMaps(runPaths(folder).explain, 2);
    writeMaps(computedFolder(folder, undefined), 2, ['three']);
    const maps = readEpochMaps({ runKey: 'r', folder }, 2, undefined);
    expect(maps.map(({ images }) => images.map(({ path }) => path))).toEqual([['one', 'two'], ['three']]);
    expect(maps[0]).toMatchObject({ runKey: 'r', epoch: 2, classes: ['a', 'b'], height: 1, width: 2 });
    expect(maps[0]).not.toHaveProperty('input');
    expect(Array.from(maps[0]!.branches.main!.logits)).toEqual([2, 3, 4, 5]);
    expect(epochsOfFiles(runPaths(folder).explain)).toEqual([2]);
    expect(epochsOfFiles(join(folder, 'nothing'))).toEqual([]);
  });

  test('of changed images lie apart', () => {
    const folder = newFolder();
    writeMaps(runPaths(folder).explain, 2);
    expect(() => readEpochMaps({ runKey: 'r', folder }, 2, fog)).toThrow(
      /has no maps of images with fog 3 after epoch 2\./,
    );
    writeMaps(computedFolder(folder, fog), 2);
    expect(readEpochMaps({ runKey: 'r', folder }, 2, fog)).toMatchObject([{ input: fog }]);
  });

  test('of a moment lie apart from the epochs, with their step', () => {
    const folder = newFolder();
    writeMaps(join(runPaths(folder).explain, 'computed'), 2);
    renameSync(join(runPaths(folder).explain, 'computed', 'epoch-0002.safetensors'), nowFilePath(folder));
    expect(readNowMaps({ runKey: 'r', folder })).toMatchObject({
      runKey: 'r',
      epoch: 2,
      step: 20,
      classes: ['a', 'b'],
    });
    expect(epochsOfFiles(computedFolder(folder, undefined))).toEqual([]);
    expect(() => readEpochMaps({ runKey: 'r', folder }, 2, undefined)).toThrow(MapsError);
    expect(() => readNowMaps({ runKey: 'r', folder: newFolder() })).toThrow(/now\.safetensors/);
  });

  test('that cannot be read are named, unless others can', () => {
    const folder = newFolder();
    mkdirSync(runPaths(folder).explain, { recursive: true });
    writeFileSync(join(runPaths(folder).explain, 'epoch-0002.safetensors'), 'damaged');
    const read = () => readEpochMaps({ runKey: 'r', folder }, 2, undefined);
    expect(read).toThrow(MapsError);
    expect(read).toThrow(/epoch-0002\.safetensors is not a safetensors file/);
    writeMaps(computedFolder(folder, undefined), 2);
    expect(read()).toHaveLength(1);
    expect(() => readEpochMaps({ runKey: 'r', folder }, 3, undefined)).toThrow(/has no maps after epoch 3/);
  });
});

describe('pictures', () => {
  test('come back as they were written', () => {
    const folder = join(newFolder(), 'explain');
    const pictures = {
      imageSize: 32,
      pictures: [{ path: 'a b/ü.png', index: 4, label: 'a', png: 'iVBO' }],
      problems: [{ image: 'gone.png', message: 'is not there' }],
    };
    writePictures(folder, pictures);
    expect(readPictures(folder)).toEqual(pictures);
  });

  test('that are missing or damaged are named', () => {
    const folder = newFolder();
    expect(() => readPictures(folder)).toThrow(PicturesError);
    expect(() => readPictures(folder)).toThrow(/images\.json is not there/);
    for (const text of [
      '{',
      '[]',
      '{"imageSize":0,"pictures":[],"problems":[]}',
      '{"imageSize":4,"pictures":[{}],"problems":[]}',
    ]) {
      writeFileSync(join(folder, 'images.json'), text);
      expect(() => readPictures(folder)).toThrow(PicturesError);
    }
  });
});
