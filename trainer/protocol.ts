import type { Branch, Explanation, RunEvent } from './run/events';
import type { ProcessIdentity } from './run/process-identity';

/**
 * What goes over the trainer's socket, as JSON-RPC 2.0. Requests come from whoever watches or steers a run; the trainer
 * only sends notifications. The first request must be `hello` with the token of `trainer.json`; anything before it is
 * answered with an error.
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

/** Requests by name: parameters and result. */
export interface TrainerRequests {
  /** Opens the connection. */
  hello: { params: { token: string; protocolVersion: number }; result: { runId: string; lastSeq: number } };
  /** From now on every record with `seq` greater than `afterSeq` arrives as `event`, older ones first, none twice. */
  subscribe: { params: { afterSeq: number }; result: { lastSeq: number } };
  /** Stops after the step in hand and leaves a resumable run. Answered when the stop is noted, not when it is done. */
  stop: { params: Record<string, never>; result: Record<string, never> };
  /** Explains images; answered between two steps. An error where training has not begun, or for an unknown class, branch or stage. */
  explain: { params: ExplainParams; result: ExplainResult };
}

/** Notifications of the trainer by name. */
export interface TrainerNotifications {
  event: RunEvent;
}

/** `runs/<id>/trainer.json`, written by a living trainer (mode 0600) and removed when it ends in order. */
export interface TrainerAddress extends ProcessIdentity {
  protocolVersion: number;
  /** Unix socket path or Windows pipe name. */
  address: string;
  /** Random secret of this trainer process. */
  token: string;
}
