import { expect, test, vi } from 'vitest';
import { LoadedMaps, MapStore } from '../../../webview/cam/map-store';
import { camMaps } from './cam-fixture';

const place = { runKey: 'r', epoch: 1 };

test('maps are asked for once, and kept', () => {
  const ask = vi.fn();
  const store = new MapStore(ask);
  expect(store.get(place)).toEqual({ state: 'loading' });
  store.get(place);
  expect(ask.mock.calls).toEqual([[{ type: 'maps', requestId: 1, ...place }]]);
  store.receive({ type: 'maps', requestId: 1, maps: [camMaps('r', 1)] });
  const state = store.get(place);
  expect(state.state === 'ready' && state.maps.find('two')?.image).toBe(1);
  expect(store.get({ ...place, input: { corruption: 'fog', severity: 3 } })).toEqual({ state: 'loading' });
  expect(ask).toHaveBeenCalledTimes(2);
});

test('what failed is asked for again when there is news', () => {
  const ask = vi.fn();
  const store = new MapStore(ask);
  store.get(place);
  store.receive({ type: 'mapsFailed', requestId: 1, message: 'no such file' });
  expect(store.get(place)).toEqual({ state: 'failed', message: 'no such file' });
  store.forgetFailures();
  expect(store.get(place)).toEqual({ state: 'loading' });
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a computation reports, can be cancelled, and outlives the news of its run', () => {
  const ask = vi.fn();
  const store = new MapStore(ask);
  store.compute(place, ['one']);
  expect(ask).toHaveBeenCalledWith({ type: 'compute', requestId: 1, ...place, images: ['one'] });
  store.receive({ type: 'computing', requestId: 1, message: 'reading the data set' });
  store.forgetRun('r');
  expect(store.get(place)).toEqual({ state: 'computing', requestId: 1, message: 'reading the data set' });
  store.cancel(1);
  expect(ask).toHaveBeenLastCalledWith({ type: 'cancel', requestId: 1 });
  store.receive({ type: 'maps', requestId: 1, maps: [camMaps('r', 1)] });
  expect(store.get(place).state).toBe('ready');
  store.forgetRun('r');
  expect(store.get(place).state).toBe('loading');
});

test('the maps of a moment stay until those of the next come, and when the records of the run change', () => {
  const ask = vi.fn();
  const store = new MapStore(ask);
  expect(store.now('r')).toBeUndefined();
  store.look('r', ['one']);
  expect(ask).toHaveBeenLastCalledWith({ type: 'look', requestId: 1, runKey: 'r', images: ['one'] });
  expect([store.now('r'), store.isLooking]).toEqual([{ state: 'loading' }, true]);
  const stepOf = () => {
    const state = store.now('r');
    return state?.state === 'ready' ? state.maps.step : state?.state;
  };
  store.receive({ type: 'maps', requestId: 1, maps: [{ ...camMaps('r', 1), step: 12 }] });
  expect([stepOf(), store.isLooking]).toEqual([12, false]);
  store.look('r', ['one']);
  store.forgetRun('r');
  expect([stepOf(), store.isLooking]).toEqual([12, true]);
  store.receive({ type: 'maps', requestId: 2, maps: [{ ...camMaps('r', 1), step: 15 }] });
  expect(stepOf()).toBe(15);
  store.look('r', ['one']);
  store.receive({ type: 'mapsFailed', requestId: 3, message: 'training is over' });
  expect([stepOf(), store.isLooking]).toEqual(['failed', false]);
  // The epochs of the run have places of their own.
  expect(store.get(place)).toEqual({ state: 'loading' });
});

test('memory is bounded: the maps that were not used for longest are forgotten', () => {
  const store = new MapStore(() => undefined);
  const large = () => ({ logits: [], maps: new Float32Array(5 * 2 ** 20), kept: [] });
  for (let epoch = 1; epoch <= 6; epoch++) {
    store.get({ runKey: 'r', epoch });
    store.receive({ type: 'maps', requestId: epoch, maps: [{ ...camMaps('r', epoch), branches: { main: large() } }] });
    // Used again and again: it stays.
    expect(store.get({ runKey: 'r', epoch: 1 }).state).toBe('ready');
  }
  expect(store.get({ runKey: 'r', epoch: 2 }).state).toBe('loading');
  expect(store.get({ runKey: 'r', epoch: 6 }).state).toBe('ready');
});

test('the maps of a changed input are asked for again when its pictures are gone', () => {
  const ask = vi.fn();
  const store = new MapStore(ask);
  const input = { corruption: 'fog', severity: 3 };
  for (const [index, each] of [place, { ...place, input }, { ...place, input: { ...input, severity: 2 } }].entries()) {
    store.get(each);
    store.receive({ type: 'maps', requestId: index + 1, maps: [camMaps('r', 1)] });
  }
  store.forgetInput('r', input);
  expect(store.get(place).state).toBe('ready');
  expect(store.get({ ...place, input: { ...input, severity: 2 } }).state).toBe('ready');
  expect(store.get({ ...place, input }).state).toBe('loading');
  expect(ask).toHaveBeenCalledTimes(4);
});

test('memory is bounded: of places without maps the earliest are forgotten', () => {
  const store = new MapStore(() => undefined);
  for (let epoch = 1; epoch <= 1001; epoch++) {
    store.get({ runKey: 'r', epoch });
    store.receive({ type: 'mapsFailed', requestId: epoch, message: 'none' });
  }
  expect(store.get({ runKey: 'r', epoch: 2 }).state).toBe('failed');
  expect(store.get({ runKey: 'r', epoch: 1 }).state).toBe('loading');
});

test('a report has what it holds, and says so of the rest', () => {
  const store = new MapStore(undefined);
  store.receive({ type: 'maps', requestId: 0, maps: [camMaps('r', 1), camMaps('s', 1)] });
  expect(store.get(place).state).toBe('ready');
  expect(store.get({ runKey: 's', epoch: 1 }).state).toBe('ready');
  expect(store.get({ runKey: 'r', epoch: 2 })).toEqual({
    state: 'failed',
    message: 'This report holds no maps of epoch 2.',
  });
});

test('an image that both the run and a later computation have is taken from the first file', () => {
  const later = { ...camMaps('r', 1), images: [{ path: 'two' }, { path: 'three' }] };
  const maps = new LoadedMaps([camMaps('r', 1), later]);
  expect(maps.find('two')).toMatchObject({ image: 1, maps: { images: [{ path: 'one' }, { path: 'two' }] } });
  expect(maps.find('three')).toEqual({ maps: later, image: 1 });
  expect(maps.find('four')).toBeUndefined();
});

test('images that there are no maps of are known by their paths, until the next answer', () => {
  const store = new MapStore(vi.fn());
  const problemsAfter = (requestId: number, problems: { image: string; message: string }[]) => {
    store.look('r', ['one', 'gone']);
    store.receive({ type: 'maps', requestId, maps: [{ ...camMaps('r', 1), step: 10, problems }] });
    const state = store.now('r');
    return state?.state === 'ready' && [...state.maps.problems];
  };
  expect(problemsAfter(1, [{ image: 'gone', message: 'is not there' }])).toEqual([['gone', 'is not there']]);
  expect(problemsAfter(2, [])).toEqual([]);
});
