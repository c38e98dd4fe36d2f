import type { RunEvent } from './run/events';
import type { ProcessIdentity } from './run/process-identity';

/**
 * What goes over the trainer's socket, as JSON-RPC 2.0. Requests come from whoever watches or steers a run; the trainer
 * only sends notifications. The first request must be `hello` with the token of `trainer.json`; anything before it is
 * answered with an error.
 */
export const protocolVersion = 1;

/** Requests by name: parameters and result. */
export interface TrainerRequests {
  /** Opens the connection. */
  hello: { params: { token: string; protocolVersion: number }; result: { runId: string; lastSeq: number } };
  /** From now on every record with `seq` greater than `afterSeq` arrives as `event`, older ones first, none twice. */
  subscribe: { params: { afterSeq: number }; result: { lastSeq: number } };
  /** Stops after the step in hand and leaves a resumable run. Answered when the stop is noted, not when it is done. */
  stop: { params: Record<string, never>; result: Record<string, never> };
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
