import type { CamRun } from '../../common/panels/cam/cam-contract';
import type { MapStore } from './map-store';

/** With "Live", from a trainer's last answer to the next question. */
const lookEveryMs = 5000;

interface LiveSource {
  /** Of the panel. */
  runs(): readonly CamRun[];
  /** Whether to ask trainers again and again. */
  isLive(): boolean;
}

/** Asks running trainers what their networks see at this moment. */
export class LiveLooks {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param maps keeps the answers; undefined in a report, where nobody can be asked */
  constructor(
    private readonly maps: MapStore | undefined,
    private readonly source: LiveSource,
  ) {}

  /** Whether there is a trainer to ask. */
  get canLook(): boolean {
    return this.askable.length > 0;
  }

  look(): void {
    for (const { header, images } of this.askable) {
      this.maps?.look(
        header.runKey,
        images.map(({ path }) => path),
      );
    }
  }

  /** With "Live" there is always a question on its way or planned, as long as there is a trainer to ask. */
  lookLater(): void {
    if (!this.source.isLive() || this.isWaiting || !this.canLook) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.source.isLive() && !document.hidden && !this.isWaiting) this.look();
      this.lookLater();
    }, lookEveryMs);
  }

  private get isWaiting(): boolean {
    return this.maps?.isLooking === true;
  }

  private get askable(): CamRun[] {
    if (this.maps === undefined) return [];
    return this.source.runs().filter(({ isLive, images }) => isLive && images.length > 0);
  }
}
