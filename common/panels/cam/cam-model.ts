import { branchesOf } from '../../experiment/methods/methods';
import type { Experiment } from '../../experiment/schema';
import type { ExplainEvent, RunEvent } from '../../run/events';
import { placeOfRun } from '../../run/run-places';
import type { RunName } from '../protocol';
import type { DescribedExperiment } from '../run-header';
import { RunModel } from '../run-model';
import type { CamImage, CamRun } from './cam-contract';

type CamExperiment = DescribedExperiment & Pick<Experiment, 'dataset'>;

/**
 * What the CAM panel shows of one run beside the maps themselves, built record by record: which images there are, and after
 * which epochs their maps were recorded. Records must be added in the order of `seq`.
 */
export class CamModel extends RunModel {
  private readonly images = new Map<string, CamImage>();
  /** Epoch by epoch, the step at its end. */
  private recorded = new Map<number, number>();
  private ended = new Map<number, number>();
  private best: { epoch: number; top1: number } | undefined;
  protected override hasNews = true;
  private readonly dataset: string;

  constructor(
    runName: Readonly<RunName>,
    experiment: CamExperiment,
    /** The run's, in which the data set's place is looked up. */
    folder: string,
  ) {
    super(runName, experiment);
    this.dataset = datasetIdentity(folder, experiment.dataset);
  }

  /** Adds a record; those that say nothing of explanations or progress are passed over. */
  override add(event: RunEvent): void {
    super.add(event);
    switch (event.type) {
      case 'status':
        this.resumeFrom(event.fromStep);
        break;
      case 'step':
        // Progress alone is no news: it goes along with the next record.
        return;
      case 'epoch': {
        this.ended.set(event.epoch, event.step);
        const top1 = event.validation?.main.top1 ?? -1;
        if (top1 > (this.best?.top1 ?? -1)) this.best = { epoch: event.epoch, top1 };
        break;
      }
      case 'explain':
        this.addExplanation(event);
        break;
      case 'images':
        // There are more pictures.
        break;
      default:
        return;
    }
    this.hasNews = true;
  }

  /** Something about the run's folder has changed that `run` is told about. */
  touch(): void {
    this.hasNews = true;
  }

  /** The epochs that `last.safetensors` and `best.safetensors` are of, as far as the records say; none amid an epoch. */
  get namedCheckpoints(): { last?: number; best?: number } {
    const last = Math.max(...this.ended.keys());
    return {
      ...(this.step === this.ended.get(last) && { last }),
      ...(this.best !== undefined && { best: this.best.epoch }),
    };
  }

  /** Whether `run` would say something that was not taken yet. Asking makes it taken. */
  take(): boolean {
    const { hasNews } = this;
    this.hasNews = false;
    return hasNews;
  }

  /** Whether there are `explain` records of an epoch. */
  hasRecorded(epoch: number): boolean {
    return this.recorded.has(epoch);
  }

  /**
   * The run as the panel shows it.
   * @param files epochs of maps that were computed afterwards, and of checkpoints
   */
  run(files: { computed: readonly number[]; checkpoints: readonly number[] }): CamRun {
    const epochs = [...new Set([...this.recorded.keys(), ...files.computed])].sort((a, b) => a - b);
    return {
      header: this.header,
      branches: [...branchesOf(this.experiment.method.type)],
      dataset: this.dataset,
      images: [...this.images.values()],
      epochs,
      checkpoints: [...files.checkpoints],
    };
  }

  private resumeFrom(fromStep: number | undefined): void {
    if (fromStep === undefined) return;
    const before = (steps: Map<number, number>) => new Map([...steps].filter(([, step]) => step < fromStep));
    this.recorded = before(this.recorded);
    this.ended = before(this.ended);
    if (this.best && !this.ended.has(this.best.epoch)) this.best = undefined;
  }

  private addExplanation({ epoch, step, image, index, label }: ExplainEvent): void {
    this.recorded.set(epoch, step);
    if (this.images.has(image)) return;
    this.images.set(image, {
      path: image,
      ...(index !== undefined && { index }),
      ...(label !== undefined && { label }),
    });
  }
}

/** Equal for runs whose images of the same path are the same images. */
function datasetIdentity(runFolder: string, dataset: Experiment['dataset']): string {
  return `${dataset.type} ${'path' in dataset ? placeOfRun(runFolder, dataset.path) : dataset.seed}`;
}
