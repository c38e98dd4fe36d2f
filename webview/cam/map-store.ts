import type { CamBranch, CamInput, CamMaps, FromCam, ToCam } from '../protocol';

/** The maps of a run after an epoch. */
export interface MapsPlace {
  runId: string;
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

type Request = Extract<FromCam, { type: 'maps' | 'compute' | 'cancel' }>;

/** Maps in memory, all together; scrubbing back and forth reads each file once. */
const mostBytes = 96 * 2 ** 20;

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
    if (key === undefined || !this.known.has(key)) return;
    switch (message.type) {
      case 'computing':
        this.known.set(key, { state: 'computing', requestId: message.requestId, message: message.message });
        return;
      case 'maps':
        this.known.set(key, { state: 'ready', maps: new LoadedMaps(message.maps) });
        this.forgetOldest();
        break;
      case 'mapsFailed':
        this.known.set(key, { state: 'failed', message: message.message });
        break;
    }
    this.requests.delete(message.requestId);
  }

  /** Asks again for what failed: the file may be there by now. */
  forgetFailures(): void {
    for (const [key, { state }] of this.known) if (state === 'failed') this.known.delete(key);
  }

  /** Forgets what is known of a run, whose records were replaced. Computations go on. */
  forgetRun(runId: string): void {
    for (const [key, { state }] of this.known) {
      if (state !== 'computing' && (JSON.parse(key) as unknown[])[0] === runId) this.known.delete(key);
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
    for (const state of this.known.values()) if (state.state === 'ready') bytes += state.maps.bytes;
    for (const [key, state] of this.known) {
      if (bytes <= mostBytes) return;
      if (state.state !== 'ready') continue;
      this.known.delete(key);
      bytes -= state.maps.bytes;
    }
  }
}

/** The maps of a place, from one file or two, by image. */
export class LoadedMaps {
  private readonly places = new Map<string, { maps: CamMaps; image: number }>();
  readonly bytes: number;

  /** @param files the first that has an image is used */
  constructor(readonly files: readonly CamMaps[]) {
    for (const maps of files) {
      for (const [image, { path }] of maps.images.entries()) {
        if (!this.places.has(path)) this.places.set(path, { maps, image });
      }
    }
    const size = (branch?: CamBranch) => (branch === undefined ? 0 : 4 * (branch.maps.length + branch.logits.length));
    this.bytes = files.reduce((sum, { branches }) => sum + size(branches.main) + size(branches.aux), 0);
  }

  get classes(): readonly string[] {
    return this.files[0]?.classes ?? [];
  }

  find(path: string): { maps: CamMaps; image: number } | undefined {
    return this.places.get(path);
  }
}

const keyOf = ({ runId, epoch, input }: MapsPlace): string =>
  JSON.stringify([runId, epoch, input?.corruption ?? '', input?.severity ?? 0]);
