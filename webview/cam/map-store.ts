import type { CamBranch, CamInput, CamMaps, FromCam, ToCam } from '../../common/panels/cam/cam-contract';

/** The maps of a run after an epoch. */
export interface MapsPlace {
  runKey: string;
  epoch: number;
  /** Absent: of the images as they are. */
  input?: CamInput;
}

export type MapsState =
  | { state: 'loading' }
  | { state: 'ready'; maps: LoadedMaps }
  /** There are none, and why; they may be computed. */
  | { state: 'failed'; message: string }
  | { state: 'computing'; requestId: number; message: string };

type Request = Extract<FromCam, { type: 'maps' | 'compute' | 'cancel' | 'look' }>;

/** Maps in memory, all together; scrubbing back and forth reads each file once. */
const mostBytes = 64 * 2 ** 20;
/** What an image of an epoch takes beside its numbers, about. */
const bytesAnImage = 256;
/** Places that are known to have no maps. */
const mostFailures = 1000;

/** Maps by place: asks the host for those that are wanted, keeps the latest answers. */
export class MapStore {
  private readonly known = new Map<string, MapsState>();
  private readonly requests = new Map<number, string>();
  private nextRequest = 1;

  /** @param ask undefined in a report, where nobody answers and everything stored is kept */
  constructor(private readonly ask: ((request: Request) => void) | undefined) {}

  /** The maps of a place, asked for if they are not known. */
  get(place: MapsPlace): MapsState {
    const key = keyOf(place);
    const known = this.known.get(key);
    if (known !== undefined) {
      // The latest used are kept longest.
      this.known.delete(key);
      this.known.set(key, known);
      return known;
    }
    if (this.ask === undefined)
      return { state: 'failed', message: `This report holds no maps of epoch ${place.epoch}.` };
    const requestId = this.request(key);
    const loading: MapsState = { state: 'loading' };
    this.known.set(key, loading);
    this.ask({ type: 'maps', requestId, ...place });
    return loading;
  }

  /** Has maps computed that are not stored. @param images paths */
  compute(place: MapsPlace, images: string[]): void {
    if (this.ask === undefined) return;
    const key = keyOf(place);
    const requestId = this.request(key);
    this.known.set(key, { state: 'computing', requestId, message: 'Starting…' });
    this.ask({ type: 'compute', requestId, ...place, images });
  }

  /** The maps of a moment that were asked for last; undefined: none were. */
  now(runKey: string): MapsState | undefined {
    return this.known.get(nowKey(runKey));
  }

  /** Asks for the maps of this moment. Those of an earlier one stay until the answer. @param images paths */
  look(runKey: string, images: string[]): void {
    if (this.ask === undefined) return;
    const key = nowKey(runKey);
    const requestId = this.request(key);
    if (this.known.get(key)?.state !== 'ready') this.known.set(key, { state: 'loading' });
    this.ask({ type: 'look', requestId, runKey, images });
  }

  /** Whether an answer with the maps of a moment is to come. */
  get isLooking(): boolean {
    return [...this.requests.values()].some(isNowKey);
  }

  cancel(requestId: number): void {
    this.ask?.({ type: 'cancel', requestId });
  }

  /** Takes an answer; one to a question that is no longer of interest is dropped. */
  receive(message: Extract<ToCam, { type: 'maps' | 'mapsFailed' | 'computing' }>): void {
    if (message.type === 'maps' && message.requestId === 0) {
      for (const maps of message.maps) {
        this.known.set(keyOf(maps), { state: 'ready', maps: new LoadedMaps([maps]) });
      }
      return;
    }
    const key = this.requests.get(message.requestId);
    if (message.type !== 'computing') this.requests.delete(message.requestId);
    if (key === undefined || !(this.known.has(key) || isNowKey(key))) return;
    switch (message.type) {
      case 'computing':
        this.known.set(key, { state: 'computing', requestId: message.requestId, message: message.message });
        break;
      case 'maps':
        this.known.set(key, { state: 'ready', maps: new LoadedMaps(message.maps) });
        this.forgetOldest();
        break;
      case 'mapsFailed':
        this.known.set(key, { state: 'failed', message: message.message });
        this.forgetOldest();
        break;
    }
  }

  /** Asks again for what failed: the file may be there by now. */
  forgetFailures(): void {
    for (const [key, { state }] of this.known) if (state === 'failed') this.known.delete(key);
  }

  /** Forgets what is known of a run's epochs, whose records were replaced. Computations go on. */
  forgetRun(runKey: string): void {
    for (const [key, { state }] of this.known) {
      if (state !== 'computing' && !isNowKey(key) && (JSON.parse(key) as unknown[])[0] === runKey)
        this.known.delete(key);
    }
  }

  /** Forgets the maps of a changed input of a run, whose pictures are gone. */
  forgetInput(runKey: string, { corruption, severity }: CamInput): void {
    for (const [key, { state }] of this.known) {
      const [run, , name, level] = JSON.parse(key) as [string, number, string, number];
      if (state === 'ready' && run === runKey && name === corruption && level === severity) this.known.delete(key);
    }
  }

  clear(): void {
    this.known.clear();
    this.requests.clear();
  }

  private request(key: string): number {
    const requestId = this.nextRequest++;
    this.requests.set(requestId, key);
    return requestId;
  }

  private forgetOldest(): void {
    let bytes = 0;
    let failures = 0;
    for (const state of this.known.values()) {
      if (state.state === 'ready') bytes += state.maps.bytes;
      if (state.state === 'failed') failures++;
    }
    for (const [key, state] of this.known) {
      if (state.state === 'ready' && bytes > mostBytes) {
        this.known.delete(key);
        bytes -= state.maps.bytes;
      } else if (state.state === 'failed' && failures > mostFailures) {
        this.known.delete(key);
        failures--;
      }
    }
  }
}

/** The maps of a place, from one file or two, by image. */
export class LoadedMaps {
  private readonly places = new Map<string, { maps: CamMaps; image: number }>();
  /** Images that were asked for and that there are no maps of, and why. */
  readonly problems: ReadonlyMap<string, string>;
  readonly bytes: number;

  /** @param files the first that has an image is used */
  constructor(readonly files: readonly CamMaps[]) {
    for (const maps of files) {
      for (const [image, { path }] of maps.images.entries()) {
        if (!this.places.has(path)) this.places.set(path, { maps, image });
      }
    }
    this.problems = new Map(
      files.flatMap(({ problems = [] }) => problems.map(({ image, message }) => [image, message])),
    );
    const size = (branch?: CamBranch) => (branch === undefined ? 0 : 4 * (branch.maps.length + branch.logits.length));
    this.bytes = files.reduce(
      (sum, { branches, images }) => sum + size(branches.main) + size(branches.aux) + bytesAnImage * images.length,
      0,
    );
  }

  get classes(): readonly string[] {
    return this.files[0]?.classes ?? [];
  }

  /** Finished steps, where they are of a moment. */
  get step(): number | undefined {
    return this.files[0]?.step;
  }

  find(path: string): { maps: CamMaps; image: number } | undefined {
    return this.places.get(path);
  }
}

const keyOf = ({ runKey, epoch, input }: MapsPlace): string =>
  JSON.stringify([runKey, epoch, input?.corruption ?? '', input?.severity ?? 0]);
const nowKey = (runKey: string): string => JSON.stringify([runKey, 'now']);
const isNowKey = (key: string): boolean => (JSON.parse(key) as unknown[])[1] === 'now';
