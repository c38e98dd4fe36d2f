import type { SettingValue } from '../experiment/flat-settings';
import type { RunState } from '../run/events';
import type { NamedRun } from '../run/run-names';
import type { CancelMessage } from './requests';

/**
 * Messages between the extension host and the webviews. The host holds the truth: it hydrates a panel whenever the panel
 * says `ready`, and sends deltas from then on. Types only: both sides import this file.
 */
export const panelProtocolVersion = 1;

/** What a run goes by in a panel. */
export interface RunName extends NamedRun {
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
  | { type: 'error'; message: string }
  /** A picture or its data, to be saved where the person says. */
  | ({ type: 'saveFile' } & SavedFile)
  | CancelMessage;

/** What every panel is told besides its contents. */
export type ToAnyPanel = RunNamesMessage | UnreadableRun;

/** The complete contents of a panel; replaces whatever it shows. */
export interface HydrateMessage<Run> {
  type: 'hydrate';
  version: typeof panelProtocolVersion;
  runs: Run[];
}

/** What every panel keeps through `setState`. The serializer gets it back and reads `runKeys`. */
export interface PanelState {
  version: typeof panelProtocolVersion;
  runKeys: string[];
  /** Which colour and marker a run has, by its key: an index. */
  styles: Record<string, number>;
}

/** What a panel shows of a run beside its curves. */
export interface RunHeader extends RunName {
  /** The experiment's name. */
  name: string;
  /** Method and network in a few words: "mixprop · preact-resnet18 ×16". */
  description: string;
  state: RunState;
  /** Why it stopped or failed. */
  reason?: string;
  epoch: number;
  totalEpochs: number;
  step: number;
  totalSteps: number;
  /** The resolved experiment's fields by their path ("optimizer.learningRate"); lists of numbers as text. */
  settings?: Readonly<Record<string, SettingValue>>;
}

export type ExportMime = 'image/png' | 'image/svg+xml' | 'text/csv' | 'application/json';

/** A picture of a panel or its data, to be saved where the person says. */
export interface SavedFile {
  fileName: string;
  mime: ExportMime;
  encoding: 'utf8' | 'base64';
  contents: string;
}
