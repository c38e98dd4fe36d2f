import { beforeEach, expect, test, vi } from 'vitest';
import type { CamRequests } from '../../../common/panels/cam/cam-contract';
import { LoadedMaps } from '../../../webview/cam/loaded-maps';
import { MapStore } from '../../../webview/cam/map-store';
import { AskedHost } from '../asked-host';
import { camMaps } from './cam-fixture';

const place = { runKey: 'r', epoch: 1 };
let host: AskedHost<CamRequests>;
let store: MapStore;
const onChange = vi.fn();

beforeEach(() => {
  host = new AskedHost();
  onChange.mockReset();
  store = new MapStore(host.requests, onChange);
});

const lastAsked = () => {
  const { name, request } = host.asked.at(-1)!;
  return [name, request];
};

test('maps are asked for once, and kept', async () => {
  expect(store.get(place)).toEqual({ state: 'loading' });
  store.get(place);
  expect(host.asked).toHaveLength(1);
  expect(lastAsked()).toEqual(['maps', place]);
  await host.reply([camMaps('r', 1)]);
  expect(onChange).toHaveBeenCalled();
  const state = store.get(place);
  expect(state.state === 'ready' && state.value.find('two')?.image).toBe(1);
  expect(store.get({ ...place, input: { corruption: 'fog', severity: 3 } })).toEqual({ state: 'loading' });
  expect(host.asked).toHaveLength(2);
});

test('what failed is asked for again when there is news', async () => {
  store.get(place);
  await host.fail('no such file');
  expect(store.get(place)).toEqual({ state: 'failed', message: 'no such file' });
  store.forgetFailures();
  expect(store.get(place)).toEqual({ state: 'loading' });
  expect(host.asked).toHaveLength(2);
});

test('a computation reports, and outlives the news of its run', async () => {
  store.compute(place, ['one']);
  expect(lastAsked()).toEqual(['compute', { ...place, images: ['one'] }]);
  expect(store.get(place)).toMatchObject({ state: 'computing', message: 'Starting…' });
  await host.say({ type: 'progress', id: 1, progress: 'reading the data set' });
  store.forgetRun('r');
  expect(store.get(place)).toMatchObject({ state: 'computing', message: 'reading the data set' });
  await host.reply([camMaps('r', 1)]);
  expect(store.get(place).state).toBe('ready');
  store.forgetRun('r');
  expect(store.get(place).state).toBe('loading');
});

test('a computation can be cancelled, and be asked for again', async () => {
  store.compute(place, ['one']);
  const computing = store.get(place);
  if (computing.state === 'computing') computing.cancel();
  await new Promise(setImmediate);
  expect(host.posted.at(-1)).toEqual({ type: 'cancel', id: 1 });
  expect(store.get(place)).toEqual({ state: 'failed', message: 'Cancelled.' });
  store.compute(place, ['one']);
  expect(store.get(place).state).toBe('computing');
});

test('the maps of a moment stay until those of the next come, and when the records of the run change', async () => {
  expect(store.now('r')).toBeUndefined();
  store.look('r', ['one']);
  expect(lastAsked()).toEqual(['look', { runKey: 'r', images: ['one'] }]);
  expect([store.now('r'), store.isLooking]).toEqual([{ state: 'loading' }, true]);
  const stepOf = () => {
    const state = store.now('r');
    return state?.state === 'ready' ? state.value.step : state?.state;
  };
  await host.reply([{ ...camMaps('r', 1), step: 12 }]);
  expect([stepOf(), store.isLooking]).toEqual([12, false]);
  store.look('r', ['one']);
  store.forgetRun('r');
  expect([stepOf(), store.isLooking]).toEqual([12, true]);
  await host.reply([{ ...camMaps('r', 1), step: 15 }]);
  expect(stepOf()).toBe(15);
  store.look('r', ['one']);
  await host.fail('training is over');
  expect([stepOf(), store.isLooking]).toEqual(['failed', false]);
  // The epochs of the run have places of their own.
  expect(store.get(place)).toEqual({ state: 'loading' });
});

test('memory is bounded: the maps that were not used for longest are forgotten', async () => {
  const large = () => ({ logits: [], maps: new Float32Array(5 * 2 ** 20), kept: [] });
  for (let epoch = 1; epoch <= 6; epoch++) {
    store.get({ runKey: 'r', epoch });
    await host.reply([{ ...camMaps('r', epoch), branches: { main: large() } }]);
    // Used again and again: it stays.
    expect(store.get({ runKey: 'r', epoch: 1 }).state).toBe('ready');
  }
  expect(store.get({ runKey: 'r', epoch: 2 }).state).toBe('loading');
  expect(store.get({ runKey: 'r', epoch: 6 }).state).toBe('ready');
});

test('the maps of a changed input are asked for again when its pictures are gone', async () => {
  const input = { corruption: 'fog', severity: 3 };
  for (const each of [place, { ...place, input }, { ...place, input: { ...input, severity: 2 } }]) {
    store.get(each);
    await host.reply([camMaps('r', 1)]);
  }
  store.forgetInput('r', input);
  expect(store.get(place).state).toBe('ready');
  expect(store.get({ ...place, input: { ...input, severity: 2 } }).state).toBe('ready');
  expect(store.get({ ...place, input }).state).toBe('loading');
  expect(host.asked).toHaveLength(4);
});

test('memory is bounded: of places without maps the earliest are forgotten', async () => {
  for (let epoch = 1; epoch <= 1001; epoch++) {
    store.get({ runKey: 'r', epoch });
    host.requests.receive({ type: 'failure', id: epoch, message: 'none' });
  }
  await new Promise(setImmediate);
  expect(store.get({ runKey: 'r', epoch: 2 }).state).toBe('failed');
  expect(store.get({ runKey: 'r', epoch: 1 }).state).toBe('loading');
});

test('a report has what it holds, and says so of the rest', () => {
  store = new MapStore(new AskedHost<CamRequests>(false).requests, onChange);
  store.put([camMaps('r', 1), camMaps('s', 1)]);
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

test('images that there are no maps of are known by their paths, until the next answer', async () => {
  const problemsAfter = async (problems: { image: string; message: string }[]) => {
    store.look('r', ['one', 'gone']);
    await host.reply([{ ...camMaps('r', 1), step: 10, problems }]);
    const state = store.now('r');
    return state?.state === 'ready' && [...state.value.problems];
  };
  expect(await problemsAfter([{ image: 'gone', message: 'is not there' }])).toEqual([['gone', 'is not there']]);
  expect(await problemsAfter([])).toEqual([]);
});
