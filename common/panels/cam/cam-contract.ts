import type { StoredImage } from '../../run/explain-file';
import type { StoredPictures } from '../../run/explain-pictures';
import type { FromAnyPanel, HydrateMessage, PanelState, RunHeader, ToAnyPanel } from '../protocol';
import type { ReplyMessage, RequestMessage } from '../requests';

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
  images: StoredImage[];
  height: number;
  width: number;
  branches: { main?: CamBranch; aux?: CamBranch };
  /** Of a moment: images that were asked for and that there are no maps of, and why. */
  problems?: { image: string; message: string }[];
}

/** The pictures that maps lie on, images as the network sees them: all that a run has of the input. */
export interface CamPictures extends Omit<StoredPictures, 'pictures'> {
  runKey: string;
  input?: CamInput;
  /** PNG in base64. */
  pictures: { path: string; png: string }[];
}

/** Which class's map is shown: each image's predicted one, its own, or one by name. */
export type CamClass = 'predicted' | 'true' | { name: string };

/** In which order the images are. */
export type CamOrder = 'chosen' | 'confidence' | 'disagreement' | 'focus';

/** What the CAM panel keeps through `setState`. */
export interface CamState extends PanelState {
  /** null: the last one there is, also when more come. */
  epoch: number | null;
  /** Runs in training show the state of a moment instead: one asked for once, or again and again. null: the epoch. */
  now: 'once' | 'live' | null;
  shown: CamClass;
  /** Of the colours over the image, 0 to 1. */
  opacity: number;
  /** A `ColourMapName`. */
  colourMap: string;
  /** What the ends of the colours are: each map's own least and largest value, or those of all maps shown. */
  scale: 'image' | 'common';
  /** A column with main minus aux. */
  difference: boolean;
  order: CamOrder;
  /** Of a picture, in CSS pixels; null: what suits the panel. */
  size: number | null;
  input: CamInput | null;
  /** The cell that is magnified, by its image and column. */
  selection?: { image: string; column: string };
}

/** The maps of a run after an epoch. */
export interface CamPlace {
  runKey: string;
  epoch: number;
  /** Absent: of the images as they are. */
  input?: CamInput;
}

export type CamRequests = {
  /** Those that are stored. */
  maps: { request: CamPlace; reply: CamMaps[] };
  /** Maps that are not stored, computed from the epoch's checkpoint. Progress is what the computation is doing. */
  compute: { request: CamPlace & { images: string[] }; reply: CamMaps[]; progress: string };
  /** Those of this moment, of a run that is live. */
  look: { request: { runKey: string; images: string[] }; reply: CamMaps[] };
};

/** Extension host (or report) → CAM panel. */
export type ToCam =
  /** Pictures follow, maps come when they are asked for. `corruptions`: for which maps can be computed; none in a report. */
  | (HydrateMessage<CamRun> & { corruptions: string[] })
  /** What is known now of a run that was hydrated. */
  | { type: 'append'; run: CamRun }
  | ToAnyPanel
  | ({ type: 'pictures' } & CamPictures)
  | ReplyMessage<CamRequests>
  /** Show an epoch: somebody asked for it elsewhere. */
  | { type: 'goTo'; runKey: string; epoch: number };

/** CAM panel → extension host. */
export type FromCam = FromAnyPanel | RequestMessage<CamRequests> | FromCamAlone;

/** What no other panel's page sends. */
export type FromCamAlone =
  /** The person wants to choose other images for a run's experiment. */
  { type: 'chooseImages'; runKey: string };
