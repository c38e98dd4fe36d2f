/**
 * Messages between the extension host and the webviews. The host holds the truth: it hydrates a panel whenever the panel
 * says `ready`, and sends deltas from then on. Types only: both sides import this file.
 */
export const webviewProtocolVersion = 1;

export type RunStateName = 'queued' | 'running' | 'paused' | 'stopped' | 'failed' | 'finished';

/** What a run goes by. */
export interface RunName {
  /** What it is told apart by, and nothing that is shown: its folder, in a report its label. */
  runKey: string;
  /** The name of its folder. */
  runId: string;
  /** What it is called: its id, with a part of the way to its folder where other runs have the same id. */
  label: string;
  /** Its folder is not there any more: what is shown of it was read before. */
  isGone?: boolean;
}

/** Runs are called otherwise now, or their folders went or came back. */
export interface RunNamesMessage {
  type: 'names';
  runs: RunName[];
}

/** A run that cannot be read, or not all of it; the others are shown. */
export interface UnreadableRun {
  type: 'unreadable';
  runKey: string;
  label: string;
  message: string;
}

/** What every panel may ask its host for. */
export type FromAnyPanel =
  | { type: 'ready'; version: number }
  /** The person wants to choose which runs the panel shows. */
  | { type: 'chooseRuns' }
  /** The person no longer wants these runs in the panel. */
  | { type: 'removeRuns'; runKeys: string[] }
  /** Something went wrong in the panel; for the log. */
  | { type: 'error'; message: string };

/** What a panel shows of a run beside its curves. */
export interface RunHeader extends RunName {
  /** The experiment's name. */
  name: string;
  /** Method and network in a few words: "mixprop · preact-resnet18 ×16". */
  description: string;
  state: RunStateName;
  /** Why it stopped or failed. */
  reason?: string;
  epoch: number;
  totalEpochs: number;
  step: number;
  totalSteps: number;
  /** The resolved experiment's fields by their path ("optimizer.learningRate"); lists of numbers as text. */
  settings?: Readonly<Record<string, SettingValue>>;
}

/** A field of an experiment. */
export type SettingValue = string | number | boolean | null;

/** A measured value, or null where it was not finite (a run that diverged): JSON knows no NaN. */
export type Measured = number | null;

/** Equally spaced numbers: piece k has `counts[k]` of them, the i-th of which is `starts[k] + i * increments[k]`. */
export interface LinearPieces {
  starts: Float64Array;
  increments: Float64Array;
  counts: Uint32Array;
}

/** Whole numbers that do not descend: the first is `first + differences[0]`, each further one adds its difference to the one before. */
export interface WholeNumbers {
  first: number;
  differences: Uint8Array | Uint16Array | Uint32Array;
}

/** The total loss where it is the float32 next to `(main + aux) * factor` at every step; without an aux branch aux is 0. */
export interface SumOfBranches {
  factor: number;
}

/** A long column on its way: plain numbers in JSON (a report), or packed without loss, with NaN for what was not finite. */
export type PackedColumn = readonly Measured[] | Float32Array | Float64Array | LinearPieces | WholeNumbers;

/** Columns of equal length, one entry a training step, in the order of the steps. Losses in nats; time in ms since 1970. */
export interface StepColumns {
  step: PackedColumn;
  epoch: PackedColumn;
  time: PackedColumn;
  learningRate: PackedColumn;
  total: PackedColumn | SumOfBranches;
  main: PackedColumn;
  /** Empty for a method with one branch. */
  aux: PackedColumn;
}

/** Columns of equal length, one entry an epoch with validation. Fractions in [0, 1]; aux columns are empty with one branch. */
export interface EpochColumns {
  epoch: number[];
  step: number[];
  time: number[];
  mainLoss: Measured[];
  mainTop1: Measured[];
  auxLoss: Measured[];
  auxTop1: Measured[];
}

/**
 * Columns of equal length, one entry a `localisation` record of the trainer: after an epoch, means over the images that were
 * chosen. Null where a measure was not finite or could be measured on no image, so in all of aux with one branch.
 */
export interface LocalisationColumns {
  epoch: number[];
  step: number[];
  time: number[];
  images: number[];
  /** How many of them say where the object is: pointing and energy are means over those. */
  withRegion: number[];
  /** Pointing, energy and area are shares in [0, 1], regions a count. */
  mainPointing: Measured[];
  mainEnergy: Measured[];
  mainArea: Measured[];
  mainRegions: Measured[];
  auxPointing: Measured[];
  auxEnergy: Measured[];
  auxArea: Measured[];
  auxRegions: Measured[];
  /** Rank correlation of the maps of main and aux, −1 to 1. */
  agreement: Measured[];
}

export interface RunCurves {
  header: RunHeader;
  steps: StepColumns;
  epochs: EpochColumns;
  localisation: LocalisationColumns;
  /** Steps from which the run was resumed, ascending. */
  restarts: number[];
}

/** What is new of a run. First that step and later ones are dropped if `truncateFromStep` is there (the run was resumed). */
export interface RunDelta extends RunCurves {
  truncateFromStep?: number;
}

/** What is measured of the maps of the chosen images, each in a chart of its own. */
export type LocalisationMeasure = 'pointing' | 'energy' | 'area' | 'regions' | 'agreement';

/** The charts of the curves panel. */
export type ChartId =
  | 'loss'
  | 'top1'
  | 'validation-loss'
  | 'learning-rate'
  | 'images-per-second'
  | 'scatter'
  | LocalisationMeasure;

/** What x is. Relative time is that since the run's first step. */
export type XAxis = 'step' | 'epoch' | 'relative' | 'wall';

/** What was chosen for one chart; what is missing is as the panel has it by default. */
export interface ChartChoices {
  hidden?: boolean;
  pinned?: boolean;
  /** Takes the full width of the panel. */
  wide?: boolean;
  /** In CSS pixels. */
  height?: number;
  logX?: boolean;
  logY?: boolean;
  /** The y axis begins at 0. */
  fromZero?: boolean;
}

/** How the curves are looked at: kept by the panel, and by the host for the next panel of the workspace. */
export interface CurvesChoices {
  /** Weight of the debiased exponential smoothing, in [0, 1). */
  smoothing: number;
  /** The training losses apart, or the total that is minimised. */
  loss: 'branches' | 'total';
  xAxis: XAxis;
  /** The y axes cover the values between the 5th and the 95th percentile. */
  ignoreOutliers: boolean;
  /** Runs that differ in nothing but the seed become their mean with a band of one standard deviation. */
  groupSeeds: boolean;
  /** The area between main and aux loss is shaded. */
  shadeGap: boolean;
  markRestarts: boolean;
  markLearningRate: boolean;
  markCheckpoints: boolean;
  tooltipOrder: 'nearest' | 'highest' | 'lowest';
  /** Charts in their order; those that are missing follow. */
  order: ChartId[];
  charts: Partial<Record<ChartId, ChartChoices>>;
  /** A metric against a field of the experiments. */
  scatter: { metric: ScatterMetric; field: string; logX: boolean };
}

export type ScatterMetric =
  | 'bestMainTop1'
  | 'lastMainTop1'
  | 'bestAuxTop1'
  | 'lastAuxTop1'
  | 'lastMainLoss'
  | 'lastAuxLoss';

/** What the curves panel keeps through `setState`. The serializer gets it back and reads `runKeys`. */
export interface CurvesState extends CurvesChoices {
  version: typeof webviewProtocolVersion;
  /** The runs in the panel. */
  runKeys: string[];
  /** Those of them whose lines are hidden. */
  hidden: string[];
  /** Words that the list of runs is narrowed to. */
  filter: string;
  /** Which colour and marker a run has, by its key: an index. */
  styles: Record<string, number>;
  /** Parts of the axes that were zoomed to, in the axes' units; one x for all charts. */
  zoom: { x?: [from: number, to: number]; y: Partial<Record<ChartId, [from: number, to: number]>> };
}

/** Extension host (or report) → curves panel. */
export type ToCurves =
  /** The contents; replaces whatever the panel shows. Of long runs the curves follow with `append`. */
  | {
      type: 'hydrate';
      version: typeof webviewProtocolVersion;
      runs: RunCurves[];
      /** The workspace's choices, for a panel that has none of its own yet. Of unknown shape: an older version may have written it. */
      choices?: unknown;
    }
  /** More of a run that was hydrated. One that could not be read can be again. */
  | ({ type: 'append' } & RunDelta)
  /** So many of the runs are complete, the others are still being read. Equal numbers: none is. */
  | { type: 'progress'; complete: number; total: number }
  | RunNamesMessage
  | UnreadableRun;

export type ExportMime = 'image/png' | 'image/svg+xml' | 'text/csv' | 'application/json';

/** A picture of a panel or its data, to be saved where the person says. */
export interface SavedFile {
  fileName: string;
  mime: ExportMime;
  encoding: 'utf8' | 'base64';
  contents: string;
}

/** Curves panel → extension host. */
export type FromCurves =
  | FromAnyPanel
  /** The person wants to see what there is of a run at that epoch. */
  | { type: 'openEpoch'; runKey: string; epoch: number }
  /** A chart or its data, to be saved where the person says. */
  | ({ type: 'saveFile' } & SavedFile)
  /** The person changed how the curves are looked at. */
  | { type: 'choices'; choices: CurvesChoices };

/** The measures of the trainer's `divergence` records, in their order. */
export type DivergenceMeasureName =
  | 'symmetricKl'
  | 'wasserstein2'
  | 'meanShift'
  | 'logVarianceRatio'
  | 'gammaGap'
  | 'betaGap';

/** How far main and aux are apart in every layer, after a step. */
export interface DivergenceRecord {
  epoch: number;
  step: number;
  /** The step is the last of its epoch: the run's `bn/` folder has the channels. */
  endsEpoch: boolean;
  /** One value a layer, in the network's order. */
  values: Record<DivergenceMeasureName, Measured[]>;
}

/** A known mistake that a run's branches show, with where to look. */
export interface DivergenceAlarm {
  kind: 'aux-unchanged' | 'branches-equal' | 'vanishing-variance' | 'exploding';
  /** The first layer and epoch that show it. */
  layer: string;
  epoch: number;
  /** What was seen, in numbers. */
  message: string;
  /** The likely mistake. */
  cause: string;
  remedy: string;
}

/** What the panel shows of a run. */
export interface DivergenceRun {
  header: RunHeader;
  /** Methods with one branch have nothing to compare, and neither layers nor records. */
  branches: 'main' | 'main and aux';
  /** Normalisation layers in the network's order; empty before the first record. */
  layers: string[];
  records: DivergenceRecord[];
  alarms: DivergenceAlarm[];
}

/** What is new of a run: records to add; first those of that step and later ones are dropped (the run was resumed). */
export interface DivergenceDelta extends DivergenceRun {
  truncateFromStep?: number;
}

/** One branch of a layer, one value a channel: γ, β and the running statistics. */
export interface BranchChannels {
  weight: Measured[];
  bias: Measured[];
  mean: Measured[];
  variance: Measured[];
}

/** The channels of a layer at the end of an epoch. */
export interface LayerChannels {
  runKey: string;
  layer: string;
  epoch: number;
  /** Channels of the layer. */
  total: number;
  /** Which of them these are, ascending: a report keeps a part of a wide layer's. */
  channels: number[];
  main: BranchChannels;
  aux: BranchChannels;
  measures: Record<DivergenceMeasureName, Measured[]>;
}

/** What the divergence panel keeps through `setState`. The serializer gets it back and reads `runKeys`. */
export interface DivergenceState {
  version: typeof webviewProtocolVersion;
  runKeys: string[];
  measure: DivergenceMeasureName;
  scale: 'linear' | 'log';
  /** The runs side by side, or how two of them differ. */
  view: 'runs' | 'difference';
  /** One column an epoch, or one a record. */
  columns: 'epochs' | 'steps';
  /** The two runs of the difference. */
  pair: string[];
  /** Which colour and marker a run has, by its key: an index. */
  styles: Record<string, number>;
  /** The layer and epoch whose channels are shown. */
  selection?: { runKey: string; layer: string; epoch: number };
}

/** Extension host (or report) → divergence panel. */
export type ToDivergence =
  /** The complete contents; replaces whatever the panel shows. */
  | { type: 'hydrate'; version: typeof webviewProtocolVersion; runs: DivergenceRun[] }
  /** More of a run that was hydrated. */
  | ({ type: 'append' } & DivergenceDelta)
  | RunNamesMessage
  | UnreadableRun
  /** The answer to a `channels` request, or in a report channels that nobody asked for (request 0). */
  | { type: 'channels'; requestId: number; channels: LayerChannels }
  /** Why there is no answer, and what to do. */
  | { type: 'channelsFailed'; requestId: number; message: string }
  /** Show a run's epoch: somebody asked for it elsewhere. */
  | { type: 'goTo'; runKey: string; epoch: number };

/** Divergence panel → extension host. */
export type FromDivergence =
  | FromAnyPanel
  /** The channels of a layer at the end of an epoch are wanted. */
  | { type: 'channels'; requestId: number; runKey: string; layer: string; epoch: number };

/** What was measured of some images through a branch. Fractions in [0, 1]; the loss in nats an image. */
export interface RobustnessMeasures {
  top1: Measured;
  top5: Measured;
  loss: Measured;
  /** Expected calibration error over 15 bins of equal width. */
  calibrationError: Measured;
}

/** A branch of a run in one evaluation. */
export interface RobustnessBranch {
  clean: RobustnessMeasures;
  stylized?: RobustnessMeasures;
  /** By the corruption's name, then by its severity, "1" to "5". */
  corruptions: Record<string, Record<string, RobustnessMeasures>>;
  /** Over the common corruptions, in percent; absent where none was evaluated. */
  summary?: {
    /** Mean top-1 error. */
    unnormalised: number;
    mCE?: number;
    relativeMCE?: number;
    /** Whose errors mCE divides by: "alexnet", or a run's id; null without mCE. */
    baseline: string | null;
    /** What the numbers are, with what they are normalised by. */
    label: string;
  };
}

/** One evaluation of a run, a file of its `evaluations` folder. */
export interface RobustnessEvaluation {
  /** The file's name without ending; unique within the run. */
  name: string;
  /** "best, after epoch 9". */
  checkpoint: string;
  /** Finished epochs; null where the checkpoint does not say. */
  epoch: number | null;
  /** ISO 8601. */
  created: string;
  backend: string;
  images: number;
  /** Digest of the images: equal lists of images have equal ones. */
  imageList: string;
  /** In words: "shapes, 16 px". */
  dataset: string;
  /** Where the corrupted images come from, in words; absent without any. */
  source?: string;
  /** What every image was taken for is stored too. */
  hasPredictions: boolean;
  /** By name: main, aux, or a way to choose between them. */
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

/** What the robustness panel keeps through `setState`. The serializer gets it back and reads `runKeys`. */
export interface RobustnessState {
  version: typeof webviewProtocolVersion;
  runKeys: string[];
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
  /** Which colour and marker a run has, by its key: an index. */
  styles: Record<string, number>;
  /** The cell whose lost images are shown. */
  selection?: RobustnessCell;
}

/** Extension host (or report) → robustness panel. */
export type ToRobustness =
  /** The complete contents; replaces whatever the panel shows. */
  | { type: 'hydrate'; version: typeof webviewProtocolVersion; runs: RobustnessRun[] }
  /** A run anew, or one that had not been read when the panel was hydrated. */
  | { type: 'run'; run: RobustnessRun }
  | RunNamesMessage
  | UnreadableRun
  /** The answer to a `flips` request. Its pictures follow. */
  | { type: 'flips'; requestId: number; flips: RobustnessFlips }
  /** Why there is no answer, and what to do. */
  | { type: 'flipsFailed'; requestId: number; message: string }
  | { type: 'pictures'; requestId: number; pictures: FlippedPicture[] }
  /** Why there are no pictures, or not all. */
  | { type: 'picturesFailed'; requestId: number; message: string };

/** Robustness panel → extension host. */
export type FromRobustness =
  | FromAnyPanel
  /** The person wants to evaluate one of the panel's runs. */
  | { type: 'evaluate' }
  /** The images that a cell loses are wanted, so many at most. */
  | ({ type: 'flips'; requestId: number; count: number } & RobustnessCell)
  | ({ type: 'saveFile' } & SavedFile);

/** An image whose maps are shown. */
export interface CamImage {
  /** Relative to the data set, or of a file elsewhere. */
  path: string;
  /** Index within the validation images, if it is one. */
  index?: number;
  /** Name of its class, if known. */
  label?: string;
}

/** How images were changed before the network saw them. */
export interface CamInput {
  /** A name of the common corruptions: "fog". */
  corruption: string;
  /** 1 to 5. */
  severity: number;
}

/** What the CAM panel shows of a run, without its maps. */
export interface CamRun {
  header: RunHeader;
  branches: ('main' | 'aux')[];
  /** Equal for runs whose images of the same path are the same images. */
  dataset: string;
  images: CamImage[];
  /** Epochs whose maps are stored, ascending. */
  epochs: number[];
  /** Epochs with a checkpoint, ascending: maps can be computed from it. */
  checkpoints: number[];
  /** Whether its trainer can be asked what the network sees at this moment. */
  isLive?: boolean;
  /** Of a run in training that cannot be asked: why. */
  unreachable?: string;
}

/** What a branch says of images, as it is stored. */
export interface CamBranch {
  /** [images, classes] */
  logits: ArrayLike<number>;
  /** [images, kept, height, width]: Σ_k w_ck·F_k without bias, rows from the top. */
  maps: ArrayLike<number>;
  /** [images, kept], the classes of the maps. */
  kept: ArrayLike<number>;
}

/** Class activation maps of a run's images after an epoch, or of a moment within training. */
export interface CamMaps {
  runKey: string;
  epoch: number;
  /** Of a moment: finished steps; `epoch` is the number of finished epochs. */
  step?: number;
  /** Absent: the images as they are. */
  input?: CamInput;
  /** Names of the classes. */
  classes: string[];
  /** Labels are class numbers. */
  images: { path: string; index?: number; label?: number }[];
  height: number;
  width: number;
  branches: { main?: CamBranch; aux?: CamBranch };
  /** Of a moment: images that were asked for and that there are no maps of, and why. */
  problems?: { image: string; message: string }[];
}

/** The pictures that maps lie on, images as the network sees them: all that a run has of the input. */
export interface CamPictures {
  runKey: string;
  input?: CamInput;
  /** Height and width of every picture, in pixels. */
  imageSize: number;
  /** PNG in base64. */
  pictures: { path: string; png: string }[];
  /** Images that there is no picture of, and why. */
  problems: { image: string; message: string }[];
  /** What classes whose names are identifiers are called where people read. */
  readableNames?: Readonly<Record<string, string>>;
}

/** Which class's map is shown: each image's predicted one, its own, or one by name. */
export type CamClass = 'predicted' | 'true' | { name: string };

/** In which order the images are. */
export type CamOrder = 'chosen' | 'confidence' | 'disagreement' | 'focus';

/** What the CAM panel keeps through `setState`. The serializer gets it back and reads `runKeys`. */
export interface CamState {
  version: typeof webviewProtocolVersion;
  runKeys: string[];
  /** null: the last one there is, also when more come. */
  epoch: number | null;
  /** Runs in training show the state of a moment instead: one asked for once, or again and again. null: the epoch. */
  now: 'once' | 'live' | null;
  shown: CamClass;
  /** Of the colours over the image, 0 to 1. */
  opacity: number;
  /** One of trainer/explain/picture's. */
  colourMap: string;
  /** What the ends of the colours are: each map's own least and largest value, or those of all maps shown. */
  scale: 'image' | 'common';
  /** A column with main minus aux. */
  difference: boolean;
  order: CamOrder;
  /** Of a picture, in CSS pixels; null: what suits the panel. */
  size: number | null;
  input: CamInput | null;
  /** Which colour and marker a run has, by its key: an index. */
  styles: Record<string, number>;
  /** The cell that is magnified, by its image and column. */
  selection?: { image: string; column: string };
}

/** Extension host (or report) → CAM panel. */
export type ToCam =
  /** The complete contents; replaces whatever the panel shows. Pictures follow, maps come when they are asked for. */
  | {
      type: 'hydrate';
      version: typeof webviewProtocolVersion;
      runs: CamRun[];
      /** Names of the corruptions that maps can be computed for; none in a report. */
      corruptions: string[];
    }
  /** What is known now of a run that was hydrated. */
  | { type: 'append'; run: CamRun }
  | RunNamesMessage
  | UnreadableRun
  | ({ type: 'pictures' } & CamPictures)
  /** The answer to a request, or in a report maps that nobody asked for (request 0). */
  | { type: 'maps'; requestId: number; maps: CamMaps[] }
  /** Why there is no answer. */
  | { type: 'mapsFailed'; requestId: number; message: string }
  /** What a computation that was asked for is doing. */
  | { type: 'computing'; requestId: number; message: string }
  /** Show an epoch: somebody asked for it elsewhere. */
  | { type: 'goTo'; runKey: string; epoch: number };

/** CAM panel → extension host. */
export type FromCam =
  | FromAnyPanel
  /** The stored maps of an epoch are wanted. */
  | { type: 'maps'; requestId: number; runKey: string; epoch: number; input?: CamInput }
  /** Maps are wanted that are not stored: computed from the epoch's checkpoint. */
  | { type: 'compute'; requestId: number; runKey: string; epoch: number; input?: CamInput; images: string[] }
  /** A computation is no longer wanted. */
  | { type: 'cancel'; requestId: number }
  /** The maps of this moment are wanted, of a run that is live. */
  | { type: 'look'; requestId: number; runKey: string; images: string[] }
  /** The person wants to choose other images for a run's experiment. */
  | { type: 'chooseImages'; runKey: string }
  | ({ type: 'saveFile' } & SavedFile);
