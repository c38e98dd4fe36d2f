import type { DivergenceMeasure } from '../../run/divergence-measures';
import type { Measured } from '../measured';
import type { FromAnyPanel, HydrateMessage, PanelState, RunHeader, ToAnyPanel } from '../protocol';
import type { ReplyMessage, RequestMessage } from '../requests';

/** How far main and aux are apart in every layer, after a step. */
export interface DivergenceRecord {
  epoch: number;
  step: number;
  /** The step is the last of its epoch: the run's `bn/` folder has the channels. */
  endsEpoch: boolean;
  /** One value a layer, in the network's order. */
  values: Record<DivergenceMeasure, Measured[]>;
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

/** A layer of a run at the end of an epoch. */
export interface ChannelPlace {
  runKey: string;
  layer: string;
  epoch: number;
}

export interface LayerChannels extends ChannelPlace {
  /** Channels of the layer. */
  total: number;
  /** Which of them these are, ascending: a report keeps a part of a wide layer's. */
  channels: number[];
  main: BranchChannels;
  aux: BranchChannels;
  measures: Record<DivergenceMeasure, Measured[]>;
}

/** What the divergence panel keeps through `setState`. */
export interface DivergenceState extends PanelState {
  measure: DivergenceMeasure;
  scale: 'linear' | 'log';
  /** The runs side by side, or how two of them differ. */
  view: 'runs' | 'difference';
  /** One column an epoch, or one a record. */
  columns: 'epochs' | 'steps';
  /** The two runs of the difference. */
  pair: string[];
  /** The layer and epoch whose channels are shown. */
  selection?: ChannelPlace;
}

export type DivergenceRequests = { channels: { request: ChannelPlace; reply: LayerChannels } };

/** Extension host (or report) → divergence panel. */
export type ToDivergence =
  | HydrateMessage<DivergenceRun>
  /** More of a run that was hydrated. */
  | ({ type: 'append' } & DivergenceDelta)
  | ToAnyPanel
  | ReplyMessage<DivergenceRequests>
  /** Show a run's epoch: somebody asked for it elsewhere. */
  | { type: 'goTo'; runKey: string; epoch: number };

/** Divergence panel → extension host. */
export type FromDivergence = FromAnyPanel | RequestMessage<DivergenceRequests>;
