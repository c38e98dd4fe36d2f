import { expect, test, vi } from 'vitest';
import { PictureStore, type StoredPicture } from '../../../webview/cam/picture-store';

const fog = { corruption: 'fog', severity: 3 };
const snow = { corruption: 'snow', severity: 1 };

function storeWith(
  decode = vi.fn(async (png: string, size: number) => new Uint8Array(size * size * 3).fill(png.length)),
) {
  const handlers = { onDecoded: vi.fn(), onForgotten: vi.fn() };
  return { store: new PictureStore(handlers, decode), decode, ...handlers };
}

const pictures = (runKey: string, png: string, input?: typeof fog, imageSize = 2) => ({
  runKey,
  ...(input && { input }),
  imageSize,
  pictures: [{ path: 'one', png }],
  problems: [],
});
const stored = (state: ReturnType<PictureStore['find']>): StoredPicture => {
  if (state.state !== 'stored') throw new Error(state.message);
  return state;
};

test('looking for a picture decodes nothing; drawing it does, once', async () => {
  const { store, decode, onDecoded } = storeWith();
  store.receive(pictures('r', 'abc'));
  const found = stored(store.find('r', undefined, 'one'));
  expect(decode).not.toHaveBeenCalled();
  expect(store.decoded(found)).toBeUndefined();
  expect(store.decoded(found)).toBeUndefined();
  await vi.waitFor(() => expect(onDecoded).toHaveBeenCalledWith(false));
  expect(store.decoded(found)).toEqual({ pixels: new Uint8Array(12).fill(3), size: 2 });
  expect(decode).toHaveBeenCalledTimes(1);
});

test('equal pictures of two runs are one, others are not', () => {
  const { store } = storeWith();
  for (const [run, png] of [
    ['r', 'abc'],
    ['s', 'abc'],
    ['t', 'abd'],
  ] as const) {
    store.receive(pictures(run, png));
  }
  const [r, s, t] = ['r', 's', 't'].map((run) => stored(store.find(run, undefined, 'one')));
  expect(s).toBe(r);
  expect(t!.id).not.toBe(r!.id);
  // A picture that comes anew is another one.
  store.receive(pictures('r', 'xyz'));
  expect(stored(store.find('r', undefined, 'one')).id).not.toBe(r!.id);
});

test('says why there is no picture', async () => {
  const { store, onDecoded } = storeWith(vi.fn(() => Promise.reject(new Error('no PNG'))));
  store.receive({ ...pictures('r', 'abc'), problems: [{ image: 'two', message: 'is no image' }] });
  expect(store.find('r', undefined, 'two')).toEqual({ state: 'missing', message: 'The image cannot be read.' });
  expect(store.problemOf('r', undefined, 'two')).toBe('is no image');
  expect(store.find('r', undefined, 'three')).toEqual({ state: 'missing', message: 'The image is missing.' });
  expect(store.find('r', fog, 'one')).toEqual({ state: 'missing', message: 'Not computed yet.' });
  store.decoded(stored(store.find('r', undefined, 'one')));
  await vi.waitFor(() => expect(onDecoded).toHaveBeenCalledWith(true));
  expect(store.find('r', undefined, 'one')).toEqual({ state: 'missing', message: 'The picture is damaged.' });
  expect([...store.problemsOf('r', undefined)]).toEqual([
    ['two', 'is no image'],
    ['one', 'The picture is damaged.'],
  ]);
});

test('pictures of changed inputs are bounded, and it is said when they have to come again; the others stay', () => {
  const { store, onForgotten } = storeWith();
  const large = (letter: string) => letter.repeat(30 * 2 ** 20);
  store.receive(pictures('r', large('a')));
  store.receive(pictures('r', large('b'), fog));
  expect(onForgotten).not.toHaveBeenCalled();
  store.receive(pictures('r', large('c'), snow));
  expect(onForgotten.mock.calls).toEqual([['r', fog]]);
  expect(store.find('r', fog, 'one').state).toBe('missing');
  expect(store.find('r', snow, 'one').state).toBe('stored');
  expect(store.find('r', undefined, 'one').state).toBe('stored');
  // All runs of the input at hand stay, however large.
  store.receive(pictures('s', large('d'), snow));
  expect(store.find('r', snow, 'one').state).toBe('stored');
  expect(onForgotten).toHaveBeenCalledTimes(1);
});

test('decoded pictures are bounded: those that were not drawn for longest are decoded anew', async () => {
  const { store, decode } = storeWith(vi.fn(async () => new Uint8Array(20 * 2 ** 20)));
  const all = ['a', 'b', 'c'].map((png) => {
    store.receive(pictures(png, png));
    return stored(store.find(png, undefined, 'one'));
  });
  for (const each of all) {
    store.decoded(each);
    await vi.waitFor(() => expect(store.decoded(each)).toBeDefined());
  }
  expect(store.decoded(all[2]!)).toBeDefined();
  expect(store.decoded(all[0]!)).toBeUndefined();
  expect(decode).toHaveBeenCalledTimes(4);
});

test('a problem is one of its input, and over when the pictures come without it', () => {
  const { store } = storeWith();
  store.receive(pictures('r', 'abc'));
  store.receive({ ...pictures('r', 'abd', fog), problems: [{ image: 'two', message: 'is not there' }] });
  expect(store.problemOf('r', fog, 'two')).toBe('is not there');
  expect(store.problemOf('r', undefined, 'two')).toBeUndefined();
  expect(store.problemsOf('r', undefined).size).toBe(0);
  store.receive({ ...pictures('r', 'abd', fog), pictures: [{ path: 'two', png: 'abe' }] });
  expect(store.problemsOf('r', fog).size).toBe(0);
  expect(store.find('r', fog, 'two').state).toBe('stored');
});
