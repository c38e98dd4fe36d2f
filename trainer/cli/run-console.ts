import { basename } from 'node:path';
import { formatSeconds } from '../../common/run/duration';
import type { RunEvent } from '../../common/run/events';
import type { Dataset, ImageSet } from '../data/dataset';
import type { SessionOptions, StartOptions } from '../training/session';
import type { Invocation } from './command';

/** Shows a run on the terminal: a bar while it trains, a line an epoch. With `--json`, every record as a line of JSON. */
export class RunConsole {
  private readonly progress;
  private totalSteps = 0;
  private totalEpochs = 0;
  private recentSpeed: number | undefined;

  /** @param folder of the run; of a new one the session says it */
  constructor(
    private readonly invocation: Invocation,
    private runFolder = '',
  ) {
    this.progress = invocation.progress();
  }

  get folder(): string {
    return this.runFolder;
  }

  /** Name of the run. */
  get id(): string {
    return basename(this.runFolder);
  }

  /** For a session, which is shown here and stopped as the command is. */
  get session(): SessionOptions & Pick<StartOptions, 'onFolder'> {
    const { stop, checkpointRequest } = this.invocation;
    return {
      stop,
      checkpointRequest,
      onFolder: (folder) => {
        this.runFolder = folder;
      },
      onData: (phase, done, total) => this.progress.update(phase, done, total),
      onDataset: (dataset) => this.showDataset(dataset),
      onCheckpoint: (step) => this.invocation.print(`${this.id}: checkpoint of step ${step}, on request`),
      onEvent: (event) => this.showEvent(event),
    };
  }

  private showDataset({ classes, training, validation }: Dataset): void {
    const isHeldOut = training.folder !== undefined && training.folder === validation.folder;
    const from = ({ folder }: ImageSet) => (folder === undefined ? '' : ` of ${folder}/`);
    this.invocation.print(
      `${this.id}: ${classes.length} classes, training on ${training.count} images${from(training)}, ` +
        `validation on ${validation.count}${isHeldOut ? ' held out' : ''}${from(validation)}`,
    );
  }

  private showEvent(event: RunEvent): void {
    this.invocation.printJson(event);
    switch (event.type) {
      case 'status':
        this.totalSteps = event.totalSteps ?? this.totalSteps;
        this.totalEpochs = event.totalEpochs ?? this.totalEpochs;
        if (event.state === 'running') {
          const from = event.fromStep === undefined ? '' : ` from step ${event.fromStep}`;
          this.invocation.print(
            `${this.id}: training${from}, ${this.totalEpochs} epochs of ${this.totalSteps / this.totalEpochs} steps`,
          );
        }
        break;
      case 'step': {
        this.recentSpeed =
          this.recentSpeed === undefined ? event.imagesPerSecond : 0.9 * this.recentSpeed + 0.1 * event.imagesPerSecond;
        const { main, aux } = event.loss;
        const losses =
          aux === undefined ? `loss ${main.toFixed(3)}` : `loss main ${main.toFixed(3)} aux ${aux.toFixed(3)}`;
        const detail = `epoch ${event.epoch}/${this.totalEpochs}  ${losses}  ${this.recentSpeed.toFixed(0)} images/s`;
        this.progress.update(this.id, event.step, this.totalSteps, detail);
        break;
      }
      case 'epoch': {
        const { train, validation, seconds } = event;
        const aux = train.loss.aux === undefined ? '' : ` + aux ${train.loss.aux.toFixed(3)}`;
        const top1 = validation
          ? `, validation top-1 main ${percent(validation.main.top1)}${validation.aux ? `, aux ${percent(validation.aux.top1)}` : ''}`
          : '';
        const time = formatSeconds(seconds.training + seconds.validation);
        const waiting = (seconds.loading ?? 0) / seconds.training;
        const loading = waiting >= 0.01 ? `, ${percent(waiting)} of training waiting for images` : '';
        this.invocation.print(
          `${this.id}: epoch ${event.epoch}/${this.totalEpochs}: loss ${train.loss.main.toFixed(3)}${aux}${top1} (${time}${loading})`,
        );
        break;
      }
      case 'warning':
        for (const line of event.message.split('\n')) this.invocation.print(`${this.id}: warning: ${line}`);
        break;
    }
  }
}

/** A fraction as "52.3 %". */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
