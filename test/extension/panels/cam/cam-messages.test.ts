import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFromCam } from '../../../../extension/panels/cam/cam-messages';

const maps = { type: 'maps', requestId: 3, runKey: 'a-1', epoch: 7 };
const compute = { ...maps, type: 'compute', images: ['val/a.png'], input: { corruption: 'fog', severity: 3 } };

describe('messages of the CAM panel', () => {
  test('are taken when they are of the protocol', () => {
    expect(parseFromCam({ ...maps, more: 1 })).toEqual(maps);
    expect(parseFromCam(compute)).toEqual(compute);
    const look = { type: 'look', requestId: 5, runKey: 'a', images: ['val/a.png'] };
    expect(parseFromCam({ ...look, more: 1 })).toEqual(look);
    expect(parseFromCam({ type: 'cancel', requestId: 4 })).toEqual({ type: 'cancel', requestId: 4 });
    expect(parseFromCam({ type: 'chooseImages', runKey: 'a' })).toEqual({ type: 'chooseImages', runKey: 'a' });
    const file = {
      type: 'saveFile',
      fileName: 'cam-overlays.svg',
      mime: 'image/svg+xml',
      encoding: 'utf8',
      contents: '',
    };
    expect(parseFromCam(file)).toEqual(file);
  });

  test('are refused when they are not: they become arguments and names of folders', () => {
    for (const change of [
      { epoch: -1 },
      { runKey: 7 },
      { images: [] },
      { images: [''] },
      { images: ['a\0b'.slice(1)] },
      { images: Array.from({ length: 1001 }, () => 'a') },
      { input: { corruption: '../x', severity: 3 } },
      { input: { corruption: 'fog', severity: 6 } },
      { input: null },
    ]) {
      expect(parseFromCam({ ...compute, ...change })).toBeUndefined();
    }
    for (const change of [{ images: [] }, { images: [''] }, { images: [7] }, { runKey: 7 }, { requestId: -1 }]) {
      const look = { type: 'look', requestId: 5, runKey: 'a', images: ['val/a.png'] };
      expect(parseFromCam({ ...look, ...change })).toBeUndefined();
    }
    expect(
      parseFromCam({ type: 'saveFile', fileName: '../x.svg', mime: 'image/svg+xml', encoding: 'utf8', contents: '' }),
    ).toBeUndefined();
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ type: fc.constant('compute'), images: fc.anything() })),
        (message) => {
          expect(() => parseFromCam(message)).not.toThrow();
        },
      ),
    );
  });
});
