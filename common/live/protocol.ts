import type { Explanation } from '../run/events';
import type { Branch } from '../weights/branch';

/**
 * What goes over the trainer's socket, as JSON-RPC 2.0: requests of whoever steers a run or looks into its network. The first
 * must be `hello` with the token of `trainer.json`; anything before it is answered with an error.
 */
export const protocolVersion = 1;

/** Which class activation maps a running trainer is asked for. */
export interface ExplainParams {
  /** Paths relative to the data set, files elsewhere, or indices of validation images. At most 200. */
  images: (string | number)[];
  /** Default: all that the network has. */
  branches?: Branch[];
  /** predicted, true, or the name of a class. Default: predicted. */
  class?: string;
  /** Grad-CAM of the output of this stage, 1 to 4, instead of the class activation map. */
  stage?: number;
}

/** The maps, all of the network as it was after `step`. */
export interface ExplainResult {
  /** Finished steps and epochs. */
  step: number;
  epoch: number;
  explanations: Explanation[];
  /** Images that there is nothing to show of, and why. */
  problems: { image: string; message: string }[];
}

/** Which images a running trainer is to write the maps of, as its network is now. */
export interface LookParams {
  /** As in `ExplainParams`. Default: the chosen images of the run. */
  images?: (string | number)[];
}

/** What `explain/computed/now.safetensors` holds: all classes and branches, of the network as it was after `step`. */
export interface LookResult {
  /** Finished steps and epochs. */
  step: number;
  epoch: number;
  /** How many images. */
  images: number;
  /** Images that there is nothing to show of, and why. */
  problems: { image: string; message: string }[];
}

/** The images that a run is to record from its next recorded epoch on, in place of those before. */
export interface ChooseImagesParams {
  /** As in `explain.images`. Empty: none. */
  images: (string | number)[];
}

export interface ChooseImagesResult {
  /** The first epoch that they are recorded after. */
  fromEpoch: number;
  /** How many of them can be read. */
  images: number;
  problems: { image: string; message: string }[];
}

/** Requests by name: parameters and result. */
export interface TrainerRequests {
  /** Opens the connection. */
  hello: { params: { token: string; protocolVersion: number }; result: { runId: string } };
  /** Stops after the current step and leaves a resumable run. Answered when the stop is noted, not when it is done. */
  stop: { params: Record<string, never>; result: Record<string, never> };
  /** Holds training after the current step, with the network in memory. Answered when noted: `isHeld` says whether it is held already. */
  pause: { params: Record<string, never>; result: { isHeld: boolean } };
  /** Ends a pause, or takes back a request for one. `wasPaused` says whether there was one. */
  resume: { params: Record<string, never>; result: { wasPaused: boolean } };
  /** Explains images; answered between steps. An error where training has not begun, or for an unknown class, branch or stage. */
  explain: { params: ExplainParams; result: ExplainResult };
  /** Writes the maps of this moment into the run folder; answered between steps. An error where training has not begun. */
  look: { params: LookParams; result: LookResult };
  /** Changes the images of a run. An error where none of them can be read, or the run records no maps (`explain.every`). */
  chooseImages: { params: ChooseImagesParams; result: ChooseImagesResult };
}
