import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { camSchemas } from '../../../../extension/panels/cam/cam-messages';
import { parseMessage } from '../../../../extension/panels/panel-messages';

const parse = (message: unknown) => parseMessage(camSchemas, message);
const asked = (name: string, request: object) => ({ type: 'request', id: 3, name, request });
const place = { runKey: 'a-1', epoch: 7 };
const images = ['val/a.png'];
const compute = { ...place, images, input: { corruption: 'fog', severity: 3 } };

describe('messages of the CAM panel', () => {
  test('are taken when they are of the protocol', () => {
    for (const request of [asked('maps', place), asked('compute', compute), asked('look', { runKey: 'a', images })]) {
      expect(parse({ ...request, request: { ...request.request, more: 1 } })).toEqual(request);
    }
    expect(parse({ type: 'cancel', id: 4 })).toEqual({ type: 'cancel', id: 4 });
    const choose = { type: 'chooseImages', runKey: 'a' };
    expect(parse(choose)).toEqual({ type: 'own', message: choose });
    const file = {
      type: 'saveFile',
      fileName: 'cam-overlays.svg',
      mime: 'image/svg+xml',
      encoding: 'utf8',
      contents: '',
    };
    expect(parse(file)).toEqual(file);
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
      expect(parse(asked('compute', { ...compute, ...change }))).toBeUndefined();
    }
    for (const change of [{ images: [] }, { images: [''] }, { images: [7] }, { runKey: 7 }]) {
      expect(parse(asked('look', { runKey: 'a', images, ...change }))).toBeUndefined();
    }
    for (const change of [{ id: -1 }, { id: '3' }, { name: 'toString' }, { name: 'other' }, { request: undefined }]) {
      expect(parse({ ...asked('maps', place), ...change })).toBeUndefined();
    }
    expect(
      parse({ type: 'saveFile', fileName: '../x.svg', mime: 'image/svg+xml', encoding: 'utf8', contents: '' }),
    ).toBeUndefined();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.anything().map((request) => asked('compute', request as object)),
        ),
        (message) => {
          expect(() => parse(message)).not.toThrow();
        },
      ),
    );
  });
});
