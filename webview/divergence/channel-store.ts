import type {
  ChannelPlace,
  DivergenceRequests,
  LayerChannels,
} from '../../common/panels/divergence/divergence-contract';
import { type Answer, AnswerStore } from '../shared/answer-store';
import type { HostRequests } from '../shared/host-requests';

export type ChannelState = Answer<LayerChannels>;

/** Scrubbing back and forth asks once for each place. */
const maxPlaces = 64;

/** Channels by place: asks the host for those that are wanted, keeps the latest answers. */
export class ChannelStore {
  private readonly answers: AnswerStore<LayerChannels>;

  constructor(
    private readonly requests: HostRequests<DivergenceRequests>,
    onChange: () => void,
  ) {
    this.answers = new AnswerStore(onChange, maxPlaces);
  }

  /** The channels of a place, asked for if they are not known. */
  get(place: ChannelPlace): ChannelState {
    const key = keyOf(place);
    if (this.requests.live) return this.answers.getOrLoad(key, () => this.requests.ask('channels', place));
    const message = `This report holds no channels of epoch ${place.epoch}.`;
    return this.answers.get(key) ?? { state: 'failed', message };
  }

  /** Channels of a report. */
  put(channels: LayerChannels): void {
    this.answers.put(keyOf(channels), channels);
  }

  forgetFailures(): void {
    this.answers.forgetFailures();
  }

  clear(): void {
    this.answers.clear();
  }

  /** Epochs of a run's layer whose channels are there already. */
  epochsOf(runKey: string, layer: string): number[] {
    const found = this.answers.values.filter((channels) => channels.runKey === runKey && channels.layer === layer);
    return found.map(({ epoch }) => epoch).sort((a, b) => a - b);
  }
}

const keyOf = ({ runKey, layer, epoch }: ChannelPlace): string => JSON.stringify([runKey, layer, epoch]);
