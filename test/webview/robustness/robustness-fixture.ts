import { commonCorruptions } from '../../../common/experiment/corruption-names';
import type {
  RobustnessBranch,
  RobustnessCell,
  RobustnessEvaluation,
  RobustnessFlips,
  RobustnessMeasures,
  RobustnessRun,
} from '../../../common/panels/robustness/robustness-contract';
import { runName } from '../../run-name';

/** What a made-up run says of itself. */
export interface FakeRobustness {
  runKey: string;
  /** Top-1 error on clean images, and how much each severity adds to it; fractions. */
  cleanError?: number;
  slope?: number;
  branches?: readonly string[];
  corruptions?: readonly string[];
  severities?: readonly number[];
  /** Top-1 error on stylized images, a fraction; undefined: not evaluated on them. */
  stylizedError?: number;
  baseline?: string | null;
  imageList?: string;
  /** How many evaluations it has. */
  evaluations?: number;
}

export const fifteen: readonly string[] = commonCorruptions;

const measuresOf = (error: number): RobustnessMeasures => {
  const bounded = Math.min(0.98, error);
  return {
    top1: 1 - bounded,
    top5: 1 - bounded / 2.5,
    loss: 0.2 + 4 * bounded,
    calibrationError: 0.02 + bounded * 0.3,
  };
};

/** @param lift of the error; the higher it is, the less some corruptions add */
function fakeBranch(fake: FakeRobustness, lift: number): RobustnessBranch {
  const { cleanError = 0.2, slope = 0.1, corruptions = fifteen, severities = [1, 2, 3, 4, 5], baseline = null } = fake;
  const clean = cleanError + lift;
  const errorOf = (index: number, severity: number) =>
    clean + slope * severity * (0.4 + ((index * 7) % 10) / 12 - lift * (index % 5));
  const all = corruptions.map((_, index) => severities.map((severity) => Math.min(0.98, errorOf(index, severity))));
  const mean = (100 * all.flat().reduce((sum, value) => sum + value, 0)) / Math.max(1, all.flat().length);
  return {
    clean: measuresOf(clean),
    ...(fake.stylizedError === undefined ? {} : { stylized: measuresOf(fake.stylizedError + lift) }),
    corruptions: Object.fromEntries(
      corruptions.map((name, index) => [
        name,
        Object.fromEntries(severities.map((severity) => [String(severity), measuresOf(errorOf(index, severity))])),
      ]),
    ),
    ...(all.length === 0
      ? {}
      : {
          summary: {
            unnormalised: mean,
            ...(baseline === null ? {} : { mCE: mean * 1.3, relativeMCE: mean * 1.1 }),
            baseline,
            label:
              baseline === null
                ? 'mean error in % over the 15 corruptions, not normalised'
                : 'mCE in %, normalised by AlexNet on ImageNet-C (1000 classes, 224 px)',
          },
        }),
  };
}

/** A run with evaluations whose numbers follow from a few. */
export function fakeRobustness(fake: FakeRobustness): RobustnessRun {
  const { runKey, branches = ['main', 'aux'], evaluations = 1, imageList = 'list-1' } = fake;
  return {
    header: {
      ...runName(runKey),
      name: runKey,
      description: 'mixprop · resnet18 ×16',
      state: 'finished',
      epoch: 12,
      totalEpochs: 12,
      step: 1200,
      totalSteps: 1200,
    },
    evaluations: Array.from(
      { length: evaluations },
      (_, index): RobustnessEvaluation => ({
        name: `best-${evaluations - index}`,
        checkpoint: 'best, after epoch 11',
        epoch: 11,
        created: `2026-03-0${evaluations - index}T10:00:00.000Z`,
        backend: 'wasm',
        images: 1000,
        imageList,
        dataset: 'image-folder, 64 px',
        source: 'corrupted on the fly, strength tiny, seed 0',
        hasPredictions: true,
        branches: Object.fromEntries(
          branches.map((branch, at) => [branch, fakeBranch(fake, at * 0.03 + index * 0.05)]),
        ),
      }),
    ),
    problems: [],
  };
}

/** An answer of the host with so many images at most. */
export function fakeFlips(cell: RobustnessCell, count: number): RobustnessFlips {
  const lost = 30;
  return {
    ...cell,
    images: 1000,
    lost,
    gained: 4,
    shown: Array.from({ length: Math.min(count, lost) }, (_, index) => ({
      path: `val/n0${1440764 + index}/image_${index}.JPEG`,
      label: ['goldfish', 'European fire salamander', 'bullfrog'][index % 3]!,
      predicted: ['lemon', 'school bus', 'tailed frog'][index % 3]!,
      confidence: 0.95 - index * 0.02,
      cleanConfidence: 0.6,
    })),
  };
}
