import { describe, expect, test, vi } from 'vitest';
import type { DivergenceRequests } from '../../../common/panels/divergence/divergence-contract';
import { ChannelStore } from '../../../webview/divergence/channel-store';
import { AskedHost } from '../asked-host';
import { fakeChannels, fakeDivergence } from '../divergence-stream';

const fake = fakeDivergence('run');
const place = (epoch: number) => ({ runKey: fake.runKey, layer: 'bn', epoch });
const channels = (epoch: number) => fakeChannels(fake, 'bn', epoch);

function newStore(live = true) {
  const host = new AskedHost<DivergenceRequests>(live);
  const onChange = vi.fn();
  return { host, onChange, store: new ChannelStore(host.requests, onChange) };
}

describe('ChannelStore', () => {
  test('asks once for each place and gives the answer to the right one', async () => {
    const { host, store, onChange } = newStore();
    expect(store.get(place(1))).toEqual({ state: 'loading' });
    expect(store.get(place(1))).toEqual({ state: 'loading' });
    store.get(place(2));
    expect(host.asked.map(({ request }) => request.epoch)).toEqual([1, 2]);
    await host.fail('gone', 2);
    await host.reply(channels(1), 1);
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(store.get(place(1))).toMatchObject({ state: 'ready', value: { epoch: 1 } });
    expect(store.get(place(2))).toEqual({ state: 'failed', message: 'gone' });
    store.forgetFailures();
    expect(store.get(place(2))).toEqual({ state: 'loading' });
    expect(host.asked).toHaveLength(3);
  });

  test('an answer that is no longer of interest is dropped', async () => {
    const { host, store } = newStore();
    store.get(place(3));
    store.clear();
    await host.reply(channels(3));
    expect(store.get(place(3))).toEqual({ state: 'loading' });
  });

  test('keeps a bounded number of answers, the latest used ones longest', async () => {
    const { host, store } = newStore();
    for (let epoch = 1; epoch <= 65; epoch++) {
      store.get(place(epoch));
      await host.reply(channels(epoch));
      store.get(place(1));
    }
    expect([1, 2, 65].map((epoch) => store.get(place(epoch)).state)).toEqual(['ready', 'loading', 'ready']);
  });

  test('in a report holds what is stored and says what is not', () => {
    const { store, host } = newStore(false);
    store.put(channels(20));
    expect(store.get(place(20)).state).toBe('ready');
    expect(store.get(place(3))).toMatchObject({ state: 'failed', message: expect.stringContaining('epoch 3') });
    expect(store.epochsOf(fake.runKey, 'bn')).toEqual([20]);
    expect(host.posted).toEqual([]);
  });
});
