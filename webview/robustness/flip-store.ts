import type {
  FlippedPicture,
  FromRobustness,
  RobustnessCell,
  RobustnessFlips,
  ToRobustness,
} from '../../common/panels/robustness/robustness-contract';

type FlipsRequest = Extract<FromRobustness, { type: 'flips' }>;

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

/** So many images are asked for first, and that many more by each further wish. */
export const flipsStep = 12;

/** Asks for the lost images of one cell at a time; what comes late for another is dropped. */
export class FlipStore {
  private requestId = 0;
  private cell: RobustnessCell | undefined;
  private count = flipsStep;
  private state: FlipState = { pictures: new Map(), isWaiting: false, isPicturing: false };

  /** @param ask posts a request; undefined where nobody answers */
  constructor(private readonly ask: ((request: FlipsRequest) => void) | undefined) {}

  /** What is known of a cell; asks for it where nothing is. */
  get(cell: RobustnessCell): FlipState {
    if (this.cell === undefined || !isSameCell(this.cell, cell)) {
      this.cell = cell;
      this.count = flipsStep;
      this.state = { pictures: new Map(), isWaiting: this.ask !== undefined, isPicturing: false };
      this.request(cell);
    }
    return this.state;
  }

  more(): void {
    if (this.cell === undefined) return;
    this.count += flipsStep;
    this.request(this.cell);
  }

  /** What was answered is asked for again: the run has news, or the panel was hydrated. */
  forget(): void {
    this.cell = undefined;
  }

  receive(message: Extract<ToRobustness, { type: 'flips' | 'flipsFailed' | 'pictures' | 'picturesFailed' }>): void {
    if (message.requestId !== this.requestId) return;
    const { problem: _, pictureProblem: __, ...rest } = this.state;
    switch (message.type) {
      case 'flips':
        this.state = { ...rest, flips: message.flips, isWaiting: false, isPicturing: message.flips.shown.length > 0 };
        break;
      case 'flipsFailed':
        this.state = { ...this.state, problem: message.message, isWaiting: false };
        break;
      case 'pictures': {
        const pictures = new Map(this.state.pictures);
        for (const picture of message.pictures) pictures.set(picture.path, picture);
        this.state = { ...this.state, pictures, isPicturing: false };
        break;
      }
      case 'picturesFailed':
        this.state = { ...this.state, pictureProblem: message.message, isPicturing: false };
        break;
    }
  }

  private request(cell: RobustnessCell): void {
    this.requestId++;
    this.ask?.({ type: 'flips', requestId: this.requestId, count: this.count, ...cell });
  }
}

export function isSameCell(a: RobustnessCell, b: RobustnessCell): boolean {
  return (['runKey', 'evaluation', 'branch', 'corruption', 'severity'] as const).every(
    (field) => a[field] === b[field],
  );
}
