import type { ConditionMeasures, CorruptionSummary, Evaluation } from '../../run/evaluations';
import type { Measured } from '../measured';
import type { FromAnyPanel, HydrateMessage, PanelState, RunHeader, ToAnyPanel } from '../protocol';
import type { ReplyMessage, RequestMessage } from '../requests';

/** What was measured of some images through a branch. Fractions in [0, 1]; the loss in nats an image. */
export type RobustnessMeasures = ConditionMeasures;

/** A branch of a run in one evaluation. */
export interface RobustnessBranch {
  clean: RobustnessMeasures;
  stylized?: RobustnessMeasures;
  /** By the corruption's name, then by its severity, "1" to "5". */
  corruptions: Record<string, Record<string, RobustnessMeasures>>;
  /** Over the common corruptions, in percent; absent where none was evaluated. */
  summary?: {
    /** What the numbers are, with what they are normalised by. */
    label: string;
  } & Pick<CorruptionSummary, 'unnormalised' | 'mCE' | 'relativeMCE' | 'baseline'>;
}

/** One evaluation of a run, a file of its `evaluations` folder. */
export interface RobustnessEvaluation
  extends Pick<Evaluation, 'epoch' | 'created' | 'backend' | 'images' | 'imageList'> {
  /** The file's name without ending; unique within the run. */
  name: string;
  /** "best, after epoch 9". */
  checkpoint: string;
  /** In words: "shapes, 16 px". */
  dataset: string;
  /** Where the corrupted images come from, in words; absent without any. */
  source?: string;
  /** What every image was taken for is stored too. */
  hasPredictions: boolean;
  /** By name: main, aux, or confidence (of each image the more confident branch). */
  branches: Record<string, RobustnessBranch>;
}

/** A run in the robustness panel. */
export interface RobustnessRun {
  header: RunHeader;
  /** Newest first. */
  evaluations: RobustnessEvaluation[];
  /** Files that cannot be read, each with the reason. */
  problems: string[];
}

/** One cell of a run's robustness: a branch under a corruption. */
export interface RobustnessCell {
  runKey: string;
  evaluation: string;
  branch: string;
  corruption: string;
  severity: number;
}

/** An image that is told right when it is clean and wrong when it is corrupted. */
export interface FlippedImage {
  /** Relative to the data set. */
  path: string;
  /** Classes by name, or by number where names are not known. */
  label: string;
  predicted: string;
  /** In [0, 1]: of `predicted` on the corrupted image, and of `label` on the clean one. */
  confidence: Measured;
  cleanConfidence: Measured;
}

/** How a corruption changes what a branch says of the images. */
export interface RobustnessFlips extends RobustnessCell {
  images: number;
  /** Right when clean, wrong when corrupted; and the other way round. */
  lost: number;
  gained: number;
  /** Some of those that are lost, the most confident mistakes first. */
  shown: FlippedImage[];
}

/** An image as it is and corrupted: PNG or JPEG files in base64. */
export interface FlippedPicture {
  path: string;
  clean: string;
  corrupted: string;
}

export type RobustnessMeasureName = 'error' | 'top1' | 'top5' | 'loss' | 'calibrationError';

/** What the robustness panel keeps through `setState`. */
export interface RobustnessState extends PanelState {
  measure: RobustnessMeasureName;
  /** Each run and branch, or how two of them differ. */
  view: 'sources' | 'difference';
  branches: 'all' | 'main' | 'aux';
  /** The two sources of the difference, by their keys. */
  pair: string[];
  /** Which evaluation of a run is shown, by its key; the newest where it says nothing. */
  evaluations: Record<string, string>;
  /** The corruption that has severity curves of its own. */
  corruption?: string;
  /** The cell whose lost images are shown. */
  selection?: RobustnessCell;
}

/** A cell; `count`: the number of images wanted at most. */
export type FlipsRequest = RobustnessCell & { count: number };

export type RobustnessRequests = {
  /** The images that a cell loses. */
  flips: { request: FlipsRequest; reply: RobustnessFlips };
  /** Their pictures, as far as there are any, with why some are missing. */
  pictures: { request: FlipsRequest; reply: { pictures: FlippedPicture[]; problem?: string } };
};

/** Extension host (or report) → robustness panel. */
export type ToRobustness =
  | HydrateMessage<RobustnessRun>
  /** A run anew, or one that had not been read when the panel was hydrated. */
  | { type: 'run'; run: RobustnessRun }
  | ToAnyPanel
  | ReplyMessage<RobustnessRequests>;

/** Robustness panel → extension host. */
export type FromRobustness = FromAnyPanel | RequestMessage<RobustnessRequests> | FromRobustnessAlone;

/** What no other panel's page sends. */
export type FromRobustnessAlone =
  /** The person wants to evaluate one of the panel's runs. */
  { type: 'evaluate' };
