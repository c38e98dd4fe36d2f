import { dirname } from 'node:path';
import { makeFolders } from '../../common/files/make-folders';
import type {
  ChooseImagesParams,
  ChooseImagesResult,
  ExplainParams,
  ExplainResult,
  LookParams,
  LookResult,
} from '../../common/live/protocol';
import { nowFilePath } from '../../common/run/explain-file';
import { runPaths } from '../../common/run/run-folder';
import type { Branch } from '../../common/weights/branch';
import type { Executor, NetworkSnapshot } from '../execution/executor';
import { joinClassMaps } from '../execution/join-class-maps';
import type { Network } from '../models/network';
import { type ChosenImage, type ImageLookup, type ImageProblem, readChosenImages } from './chosen-images';
import { writeExplanations } from './epoch-explanations';
import { type ExplainedBranch, explainBranch, explanationOf, shownGrids } from './explain-images';
import { classIndexOf, stageProblem } from './explain-request';
import { Pauses } from './pauses';
import { addPictures } from './store-pictures';

/** A network in training, as requests see it. */
export interface RunningNetwork {
  /** The run folder. */
  folder: string;
  executor: Executor;
  network: Network;
  branches: readonly Branch[];
  source: ImageLookup;
  /** Images explained at a time. */
  batch: number;
  /** Steps and epochs finished so far. */
  position(): { step: number; epoch: number };
  /** Duration of the last step, in ms. */
  stepMs(): number;
  /** The images whose maps are recorded after epochs. */
  chosenImages(): readonly ChosenImage[];
  /** The next epoch after which they are recorded. @throws an Error where the run records none */
  nextRecordedEpoch(): number;
  /** Records other images from that epoch on, and says so in the run's events. */
  choose(references: readonly (string | number)[], images: readonly ChosenImage[]): void;
}

/** A request about one state of a network. */
interface Look<T> {
  images: readonly ChosenImage[];
  branches: readonly Branch[];
  /** Images at a time. */
  batch: number;
  /** The answer for a batch of the images through a branch. */
  of: (explained: ExplainedBranch, snapshot: NetworkSnapshot) => T;
}

/**
 * Answers requests about a run in training, one at a time. Images are read while training goes on. Maps are computed between
 * steps, each time for about a step at most; all maps of an answer are of the network's state before the first of them.
 */
export class LiveExplanations {
  /** What requests are about; undefined before training begins and after its end. */
  running: RunningNetwork | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws an Error that says why there is no answer */
  explain(params: ExplainParams): Promise<ExplainResult> {
    return this.inTurn(() => this.explainNow(params));
  }

  /** Writes `explain/computed/now.safetensors`. @throws an Error that says why there is no answer */
  look(params: LookParams): Promise<LookResult> {
    return this.inTurn(() => this.lookNow(params));
  }

  /** Replaces the images that are recorded after epochs. @throws an Error that says why they stay */
  chooseImages(params: ChooseImagesParams): Promise<ChooseImagesResult> {
    return this.inTurn(() => this.chooseNow(params));
  }

  private async explainNow({
    images: references,
    branches: asked,
    class: name = 'predicted',
    stage,
  }: ExplainParams): Promise<ExplainResult> {
    const running = this.requireRunning();
    const { source, network, branches: present, batch } = running;
    const shown = classIndexOf(name, source.dataset);
    const problem = stage === undefined ? undefined : stageProblem(stage);
    if (problem) throw new Error(problem);
    const branches = asked ?? present;
    const missing = branches.find((branch) => !present.includes(branch));
    if (missing) throw new Error(`the network has no branch ${missing}: it is trained with one branch`);
    const { images, problems } = await readChosenImages(references, source);
    if (images.length === 0) return { ...this.requireRunning().position(), explanations: [], problems };
    const { normalization } = source.settings;
    const { step, epoch, parts } = await this.inPauses(running, {
      images,
      branches,
      // Grad-CAM passes forward twice and back once.
      batch: stage === undefined ? batch : Math.max(1, batch >> 2),
      of: (explained, snapshot) => {
        const gradCam = stage === undefined ? undefined : { network, values: snapshot.values(), stage, normalization };
        return shownGrids(explained, shown, gradCam).map((grid, image) => explanationOf(explained, image, grid));
      },
    });
    return { step, epoch, explanations: parts.flat(), problems };
  }

  private async lookNow({ images: references }: LookParams): Promise<LookResult> {
    const running = this.requireRunning();
    const { branches, batch, folder } = running;
    const { images, problems } =
      references === undefined
        ? { images: running.chosenImages(), problems: [] }
        : await readKnown(references, running);
    if (images.length === 0) {
      const [first] = problems;
      throw new Error(first ? `${first.image}: ${first.message}` : 'the run has no chosen images: choose some first');
    }
    const { step, epoch, parts, pauses } = await this.inPauses(running, {
      images,
      branches,
      batch,
      of: (explained) => explained,
    });
    const explained = branches.map((branch): ExplainedBranch => {
      const own = parts.filter((part) => part.branch === branch);
      return { ...own[0], images, ...joinClassMaps(own) };
    });
    await pauses.do(() => {
      const file = nowFilePath(folder);
      makeFolders(dirname(file));
      writeExplanations(file, explained, { epoch, step });
    });
    return { step, epoch, images: images.length, problems };
  }

  private async chooseNow({ images: references }: ChooseImagesParams): Promise<ChooseImagesResult> {
    const running = this.requireRunning();
    const { source, folder } = running;
    running.nextRecordedEpoch();
    const { images, problems } = await readKnown(references, running);
    if (images.length === 0 && references.length > 0) {
      const [{ image, message }] = problems;
      throw new Error(`none of the images can be read; ${image}: ${message}`);
    }
    const { classes, readableNames, validation } = source.dataset;
    const pictures = { imageSize: validation.imageSize, classes, readableNames, problems };
    // Before the record that names them, so that its readers find the pictures.
    await addPictures(runPaths(folder).explain, images, pictures);
    this.requireRunning(running).choose(references, images);
    return { fromEpoch: running.nextRecordedEpoch(), images: images.length, problems };
  }

  private async inPauses<T>(
    running: RunningNetwork,
    { images, branches, batch, of }: Look<T>,
  ): Promise<{ step: number; epoch: number; parts: T[]; pauses: Pauses }> {
    const { source, executor } = running;
    const { classes, validation } = source.dataset;
    const look = { classes, imageSize: validation.imageSize, normalization: source.settings.normalization };
    const pauses = new Pauses(running.stepMs);
    const { snapshot, ...position } = await pauses.do(() => {
      this.requireRunning(running);
      return { ...running.position(), snapshot: executor.snapshot() };
    });
    try {
      const parts: T[] = [];
      for (const branch of branches) {
        for (let first = 0; first < images.length; first += batch) {
          const piece = await pauses.do(() => {
            this.requireRunning(running);
            return of(explainBranch(snapshot, images.slice(first, first + batch), branch, look), snapshot);
          });
          parts.push(piece);
        }
      }
      return { ...position, parts, pauses };
    } finally {
      snapshot.dispose();
    }
  }

  /** One request at a time, so that together they take no more of a pause than one. */
  private inTurn<T>(answer: () => Promise<T>): Promise<T> {
    const answered = this.turn.then(answer);
    this.turn = answered.catch(() => undefined);
    return answered;
  }

  /** @param before the network that must still be there */
  private requireRunning(before = this.running): RunningNetwork {
    if (this.running && this.running === before) return this.running;
    throw new Error('training has not begun or is over: ask again, or look at a checkpoint');
  }
}

/** Takes the images from the run where it has all of them, else reads them. */
async function readKnown(
  references: readonly (string | number)[],
  { source, chosenImages }: RunningNetwork,
): Promise<{ images: readonly ChosenImage[]; problems: ImageProblem[] }> {
  const known = new Map<string | number, ChosenImage>();
  for (const image of chosenImages()) {
    known.set(image.path, image);
    if (image.index !== undefined) known.set(image.index, image);
  }
  const images = references.flatMap((reference) => known.get(reference) ?? []);
  return images.length === references.length ? { images, problems: [] } : readChosenImages(references, source);
}
