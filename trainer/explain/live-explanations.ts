import type { Network } from '../models/network';
import type { ExplainParams, ExplainResult } from '../protocol';
import type { Branch } from '../run/events';
import type { Executor } from '../training/executor';
import { type ChoiceSource, readChosenImages } from './chosen-images';
import { explainBranch, explanationOf, shownGrids } from './explain-images';
import { classIndexOf, stageProblem } from './explain-request';

/** A network in training that can be asked. */
export interface RunningNetwork {
  executor: Executor;
  network: Network;
  branches: readonly Branch[];
  source: ChoiceSource;
  /** Steps and epochs finished so far. */
  position(): { step: number; epoch: number };
}

/**
 * Answers requests for explanations of a run in training. Images are read while training goes on; the maps are computed in
 * one go between two steps, so that all of them are of one state of the network.
 */
export class LiveExplanations {
  private running: RunningNetwork | undefined;

  /** From now on there is something to ask, until `end`. */
  begin(running: RunningNetwork): void {
    this.running = running;
  }

  end(): void {
    this.running = undefined;
  }

  /** @throws an Error that says why there is no answer */
  async answer({
    images: choices,
    branches: asked,
    class: name = 'predicted',
    stage,
  }: ExplainParams): Promise<ExplainResult> {
    const { source, network, branches: present } = this.requireRunning();
    const { classes } = source.dataset;
    const shown = classIndexOf(name, classes);
    const problem = stage === undefined ? undefined : stageProblem(stage);
    if (problem) throw new Error(problem);
    const branches = asked ?? present;
    const missing = branches.find((branch) => !present.includes(branch));
    if (missing) throw new Error(`the network has no branch ${missing}: it is trained with one branch`);
    const { images, problems } = await readChosenImages(choices, source);
    const { executor, position } = this.requireRunning();
    const { step, epoch } = position();
    if (images.length === 0) return { step, epoch, explanations: [], problems };
    const { normalization } = source.settings;
    const look = { classes, imageSize: source.dataset.validation.imageSize, normalization };
    const gradCam = stage === undefined ? undefined : { network, values: executor.values(), stage, normalization };
    const explanations = branches.flatMap((branch) => {
      const explained = explainBranch(executor, images, branch, look);
      return shownGrids(explained, shown, gradCam).map((grid, image) => explanationOf(explained, image, grid));
    });
    return { step, epoch, explanations, problems };
  }

  private requireRunning(): RunningNetwork {
    if (this.running) return this.running;
    throw new Error('training has not begun or is over: ask again, or look at a checkpoint');
  }
}
