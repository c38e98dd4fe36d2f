import type {
  FlippedPicture,
  RobustnessCell,
  RobustnessFlips,
  RobustnessRequests,
} from '../../common/panels/robustness/robustness-contract';
import type { HostRequests } from '../shared/host-requests';

/** What is known of the images that a cell loses. */
export interface FlipState {
  flips?: RobustnessFlips;
  /** Why there are none. */
  problem?: string;
  pictures: ReadonlyMap<string, FlippedPicture>;
  /** Why there are no pictures, or not all. */
  pictureProblem?: string;
  /** Whether an answer is still to come, and whether pictures are. */
  isWaiting: boolean;
  isPicturing: boolean;
}

/** How many images are asked for first, and how many more by each "Show More". */
export const flipsStep = 12;

/** Asks for the lost images of one cell at a time, then for their pictures. */
export class FlipStore {
  private cell: RobustnessCell | undefined;
  private count = flipsStep;
  private state: FlipState = { pictures: new Map(), isWaiting: false, isPicturing: false };
  /** Of the requests of that cell. */
  private stop = new AbortController();

  constructor(
    private readonly requests: HostRequests<RobustnessRequests>,
    private readonly onChange: () => void,
  ) {}

  /** What is known of a cell; asks for it where nothing is. */
  get(cell: RobustnessCell): FlipState {
    if (this.cell === undefined || keyOf(this.cell) !== keyOf(cell)) {
      this.cell = cell;
      this.count = flipsStep;
      this.state = { pictures: new Map(), isWaiting: this.requests.live, isPicturing: false };
      void this.request(cell);
    }
    return this.state;
  }

  more(): void {
    if (this.cell === undefined) return;
    this.count += flipsStep;
    void this.request(this.cell);
  }

  /** The next `get` asks again: the run has news, or the panel was hydrated. */
  forget(): void {
    this.cell = undefined;
  }

  private async request(cell: RobustnessCell): Promise<void> {
    this.stop.abort();
    this.stop = new AbortController();
    if (!this.requests.live) return;
    const { signal } = this.stop;
    const request = { ...cell, count: this.count };
    const show = (change: Partial<FlipState>) => {
      if (signal.aborted) return;
      this.state = { ...this.state, ...change };
      this.onChange();
    };
    try {
      const flips = await this.requests.ask('flips', request, { signal });
      const isPicturing = flips.shown.length > 0;
      show({ flips, problem: undefined, pictureProblem: undefined, isWaiting: false, isPicturing });
      if (!isPicturing) return;
    } catch (error) {
      show({ problem: (error as Error).message, isWaiting: false });
      return;
    }
    try {
      const options = { signal, timeoutMs: Number.POSITIVE_INFINITY };
      const { pictures, problem } = await this.requests.ask('pictures', request, options);
      const known = new Map([...this.state.pictures, ...pictures.map((picture) => [picture.path, picture] as const)]);
      show({ pictures: known, pictureProblem: problem, isPicturing: false });
    } catch (error) {
      show({ pictureProblem: (error as Error).message, isPicturing: false });
    }
  }
}

const keyOf = ({ runKey, evaluation, branch, corruption, severity }: RobustnessCell): string =>
  JSON.stringify([runKey, evaluation, branch, corruption, severity]);
