import type { CamInput, CamMaps, CamPlace, CamRequests } from '../../common/panels/cam/cam-contract';
import { type Answer, AnswerStore } from '../shared/answer-store';
import type { HostRequests } from '../shared/host-requests';
import { LoadedMaps } from './loaded-maps';

/** Of maps that failed, they may be computed. */
export type MapsState = Answer<LoadedMaps> | { state: 'computing'; message: string; cancel(): void };

/** Maps in memory, all together; scrubbing back and forth reads each file once. */
const maxBytes = 64 * 2 ** 20;

/** Maps by place: asks the host for those that are wanted, keeps the latest answers. */
export class MapStore {
  private readonly epochs: AnswerStore<LoadedMaps>;
  private readonly computing = new Map<string, Extract<MapsState, { state: 'computing' }>>();
  /** Of the moment that was asked for last, by run. */
  private readonly moments: AnswerStore<LoadedMaps>;

  constructor(
    private readonly requests: HostRequests<CamRequests>,
    private readonly onChange: () => void,
  ) {
    this.epochs = new AnswerStore(onChange, maxBytes, ({ bytes }) => bytes);
    this.moments = new AnswerStore(onChange, maxBytes, ({ bytes }) => bytes);
  }

  /** The maps of a place, asked for if they are not known. */
  get(place: CamPlace): MapsState {
    const key = keyOf(place);
    const computing = this.computing.get(key);
    if (computing !== undefined) return computing;
    if (this.requests.live) return this.epochs.getOrLoad(key, () => loaded(this.requests.ask('maps', place)));
    const message = `This report holds no maps of epoch ${place.epoch}.`;
    return this.epochs.get(key) ?? { state: 'failed', message };
  }

  /** Has maps computed that are not stored. @param images paths */
  compute(place: CamPlace, images: string[]): void {
    if (!this.requests.live) return;
    const key = keyOf(place);
    const stop = new AbortController();
    const show = (message: string) =>
      this.computing.set(key, { state: 'computing', message, cancel: () => stop.abort() });
    const onProgress = (message: string) => {
      show(message);
      this.onChange();
    };
    const options = { signal: stop.signal, timeoutMs: Number.POSITIVE_INFINITY, onProgress };
    const reply = this.requests.ask('compute', { ...place, images }, options);
    show('Starting…');
    this.epochs.load(key, loaded(reply.finally(() => this.computing.delete(key))));
  }

  /** The maps of a moment that were asked for last; undefined: none were. */
  now(runKey: string): MapsState | undefined {
    return this.moments.get(runKey);
  }

  /** Asks for the maps of this moment. Those of an earlier one stay until the answer. @param images paths */
  look(runKey: string, images: string[]): void {
    if (this.requests.live) this.moments.load(runKey, loaded(this.requests.ask('look', { runKey, images })));
  }

  /** Whether an answer with the maps of a moment is to come. */
  get isLooking(): boolean {
    return this.moments.isLoading;
  }

  /** Maps of a report. */
  put(stored: readonly CamMaps[]): void {
    for (const maps of stored) this.epochs.put(keyOf(maps), new LoadedMaps([maps]));
  }

  forgetFailures(): void {
    this.epochs.forgetFailures();
    this.moments.forgetFailures();
  }

  /** Forgets what is known of a run's epochs, whose records were replaced. Computations go on. */
  forgetRun(runKey: string): void {
    this.epochs.forget((key) => !this.computing.has(key) && placeOf(key)[0] === runKey);
  }

  /** Forgets the maps of a changed input of a run, whose pictures are gone. */
  forgetInput(runKey: string, { corruption, severity }: CamInput): void {
    this.epochs.forget((key, { state }) => {
      const [run, , name, level] = placeOf(key);
      return state === 'ready' && run === runKey && name === corruption && level === severity;
    });
  }

  clear(): void {
    this.epochs.clear();
    this.moments.clear();
    this.computing.clear();
  }
}

const loaded = async (maps: Promise<CamMaps[]>): Promise<LoadedMaps> => new LoadedMaps(await maps);

const keyOf = ({ runKey, epoch, input }: CamPlace): string =>
  JSON.stringify([runKey, epoch, input?.corruption ?? '', input?.severity ?? 0]);
const placeOf = (key: string) =>
  JSON.parse(key) as [runKey: string, epoch: number, corruption: string, severity: number];
