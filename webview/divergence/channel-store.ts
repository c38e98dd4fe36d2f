import type { FromDivergence, LayerChannels, ToDivergence } from '../../common/panels/divergence/divergence-contract';

/** A layer of a run at the end of an epoch. */
export interface ChannelPlace {
  runKey: string;
  layer: string;
  epoch: number;
}

export type ChannelState =
  | { state: 'loading' }
  | { state: 'ready'; channels: LayerChannels }
  | { state: 'failed'; message: string };

/** Scrubbing back and forth asks once for each place. */
const mostKept = 64;

/** Channels by place: asks the host for those that are wanted, keeps the latest answers. */
export class ChannelStore {
  private readonly known = new Map<string, ChannelState>();
  private readonly requests = new Map<number, string>();
  private nextRequest = 1;

  /** @param ask undefined in a report, where nobody answers and everything stored is kept */
  constructor(private readonly ask: ((request: Extract<FromDivergence, { type: 'channels' }>) => void) | undefined) {}

  /** The channels of a place, asked for if they are not known. */
  get(place: ChannelPlace): ChannelState {
    const key = keyOf(place);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.ask === undefined) {
      return { state: 'failed', message: `This report holds no channels of epoch ${place.epoch}.` };
    }
    const requestId = this.nextRequest++;
    this.requests.set(requestId, key);
    const loading: ChannelState = { state: 'loading' };
    this.known.set(key, loading);
    this.forgetOldest();
    this.ask({ type: 'channels', requestId, ...place });
    return loading;
  }

  /** Takes an answer; one to a question that is no longer of interest is dropped. */
  receive(message: Extract<ToDivergence, { type: 'channels' | 'channelsFailed' }>): void {
    if (message.type === 'channels' && message.requestId === 0) {
      this.known.set(keyOf(message.channels), { state: 'ready', channels: message.channels });
      return;
    }
    const key = this.requests.get(message.requestId);
    this.requests.delete(message.requestId);
    if (key === undefined || !this.known.has(key)) return;
    this.known.set(
      key,
      message.type === 'channels'
        ? { state: 'ready', channels: message.channels }
        : { state: 'failed', message: message.message },
    );
  }

  /** Asks again for what failed: the file may be there by now. */
  forgetFailures(): void {
    for (const [key, { state }] of this.known) if (state === 'failed') this.known.delete(key);
  }

  clear(): void {
    this.known.clear();
    this.requests.clear();
  }

  /** Epochs of a run's layer whose channels are there already. */
  epochsOf(runKey: string, layer: string): number[] {
    const epochs: number[] = [];
    for (const state of this.known.values()) {
      if (state.state !== 'ready') continue;
      const { channels } = state;
      if (channels.runKey === runKey && channels.layer === layer) epochs.push(channels.epoch);
    }
    return epochs.sort((a, b) => a - b);
  }

  private forgetOldest(): void {
    for (const key of this.known.keys()) {
      if (this.known.size <= mostKept) return;
      this.known.delete(key);
    }
  }
}

const keyOf = ({ runKey, layer, epoch }: ChannelPlace): string => JSON.stringify([runKey, layer, epoch]);
