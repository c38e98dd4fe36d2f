import type { Evaluation } from '../run/evaluations';
import { drawnSeed, type EvaluatedRun } from './shared-evaluations';

/** Why the predictions of two runs cannot be compared, and the command after which they can. */
export interface Incomparable {
  reason: string;
  /** Absent where no command helps. */
  remedy?: string;
}

/** How messages call a run, and how a command names its folder. */
export interface RunNames {
  nameOf(run: EvaluatedRun): string;
  pathOf(run: EvaluatedRun): string;
}

interface Side {
  run: EvaluatedRun;
  evaluation: Evaluation;
}

/** Why two runs have no predictions of the same images. @param sides of each run the evaluation with predictions that is preferred */
export function whyIncomparable([first, second]: readonly [Side, Side], names: RunNames): Incomparable {
  const types = [first, second].map(({ evaluation }) => evaluation.dataset.type);
  if (types[0] !== types[1]) return { reason: `they were evaluated on other data sets (${types[0]} and ${types[1]})` };
  const seeds = [first, second].map(({ run }) => drawnSeed(run, types[0]));
  if (seeds[0] !== seeds[1])
    return { reason: `their images were drawn from other seeds (dataset.seed ${seeds[0]} and ${seeds[1]})` };
  return otherImages(first, second, names);
}

/** The command that evaluates a run as another was. @param evaluation of the other; absent: as by default */
export function evaluationLike(evaluation: Evaluation | undefined, path: string): string {
  const { checkpoint, dataset } = evaluation ?? {};
  return evaluateCommand(path, { checkpoint, images: dataset?.limit });
}

function otherImages(first: Side, second: Side, { nameOf, pathOf }: RunNames): Incomparable {
  const command = (run: EvaluatedRun, options: EvaluateOptions) => evaluateCommand(pathOf(run), options);
  const [own, other] = [first.evaluation, second.evaluation];
  if (own.images !== other.images) {
    const [larger, smaller] = own.images > other.images ? [first, second] : [second, first];
    const { checkpoint } = larger.evaluation;
    return {
      reason:
        `${nameOf(larger.run)} was evaluated on ${larger.evaluation.images} images, ` +
        `${nameOf(smaller.run)} on ${smaller.evaluation.images}`,
      // What was limited by choice can be evaluated on all.
      remedy:
        smaller.evaluation.dataset.limit !== null
          ? command(smaller.run, { checkpoint, images: larger.evaluation.dataset.limit })
          : command(larger.run, { checkpoint, images: smaller.evaluation.images }),
    };
  }
  const { checkpoint, dataset } = own;
  if (own.imageList === other.imageList)
    return {
      reason: `${nameOf(first.run)} was evaluated at checkpoint ${checkpoint}, ${nameOf(second.run)} at ${other.checkpoint}`,
      remedy: command(second.run, { checkpoint, images: dataset.limit }),
    };
  return {
    reason: 'they were evaluated on other images, or on images with other labels',
    ...(dataset.path !== null && {
      remedy: command(second.run, { checkpoint, images: dataset.limit, data: dataset.path }),
    }),
  };
}

interface EvaluateOptions {
  checkpoint?: Evaluation['checkpoint'];
  images?: number | null;
  data?: string;
}

function evaluateCommand(path: string, { checkpoint = 'best', images = null, data }: EvaluateOptions): string {
  const words = ['mixprop', 'evaluate', path];
  if (checkpoint !== 'best' && checkpoint !== null) words.push('--checkpoint', String(checkpoint));
  if (images !== null) words.push('--images', String(images));
  if (data !== undefined) words.push('--data', data);
  return words.map((word) => (/^[\w./:\\=~-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
