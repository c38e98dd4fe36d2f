import { describe, expect, test } from 'vitest';
import type { FromDivergence } from '../../../common/panels/divergence/divergence-contract';
import { ChannelStore } from '../../../webview/divergence/channel-store';
import { fakeChannels, fakeDivergence } from '../divergence-stream';

const fake = fakeDivergence('run');
const place = (epoch: number) => ({ runKey: fake.runKey, layer: 'bn', epoch });
const channels = (epoch: number) => fakeChannels(fake, 'bn', epoch);

describe('ChannelStore', () => {
  test('asks once for each place and gives the answer to the right one', () => {
    const asked: Extract<FromDivergence, { type: 'channels' }>[] = [];
    const store = new ChannelStore((request) => asked.push(request));
    expect(store.get(place(1))).toEqual({ state: 'loading' });
    expect(store.get(place(1))).toEqual({ state: 'loading' });
    store.get(place(2));
    expect(asked.map(({ epoch }) => epoch)).toEqual([1, 2]);
    store.receive({ type: 'channelsFailed', requestId: asked[1]!.requestId, message: 'gone' });
    store.receive({ type: 'channels', requestId: asked[0]!.requestId, channels: channels(1) });
    expect(store.get(place(1))).toMatchObject({ state: 'ready', channels: { epoch: 1 } });
    expect(store.get(place(2))).toEqual({ state: 'failed', message: 'gone' });
    store.forgetFailures();
    expect(store.get(place(2))).toEqual({ state: 'loading' });
    expect(asked).toHaveLength(3);
  });

  test('answers to what nobody asked for, or no longer, are dropped', () => {
    const asked: number[] = [];
    const store = new ChannelStore(({ requestId }) => asked.push(requestId));
    store.receive({ type: 'channels', requestId: 77, channels: channels(3) });
    store.get(place(3));
    store.clear();
    store.receive({ type: 'channels', requestId: asked[0]!, channels: channels(3) });
    expect(store.get(place(3))).toEqual({ state: 'loading' });
  });

  test('keeps a bounded number of answers', () => {
    let count = 0;
    const store = new ChannelStore(() => count++);
    for (let epoch = 1; epoch <= 500; epoch++) store.get(place(epoch));
    store.get(place(500));
    expect(count).toBe(500);
    store.get(place(1));
    expect(count).toBe(501);
  });

  test('in a report holds what is stored and says what is not', () => {
    const store = new ChannelStore(undefined);
    store.receive({ type: 'channels', requestId: 0, channels: channels(20) });
    expect(store.get(place(20)).state).toBe('ready');
    expect(store.get(place(3))).toMatchObject({ state: 'failed', message: expect.stringContaining('epoch 3') });
    expect(store.epochsOf(fake.runKey, 'bn')).toEqual([20]);
  });
});
