import type { MethodDraws } from '../../common/experiment/methods/method-draws';
import type { LossTerms } from '../../common/run/events';
import type { Branch } from '../../common/weights/branch';

/** A training batch on its way to the device. */
export interface HostBatch {
  /** [B, S, S, 3], augmented and normalised. */
  pixels: Float32Array;
  /** [B], class numbers. */
  labels: Int32Array;
  /** S, in pixels. */
  imageSize: number;
}

/** What a network sees in images through a branch: logits, and where each class was found. */
export interface ClassMaps {
  /** [count, classes] */
  logits: Float32Array;
  /** Class activation maps of every class, [count, height, width, classes], rows from the top. */
  maps: Float32Array;
  height: number;
  width: number;
}

/** A network as it was at one moment, while its executor trains on. */
export interface NetworkSnapshot {
  /** As the executor's, of that moment. */
  classMaps(pixels: Float32Array, count: number, imageSize: number, branch: Branch): ClassMaps;
  /** Parameters and running statistics by name, row-major in tfjs layouts. */
  values(): ReadonlyMap<string, Float32Array>;
  /** Must be called before the executor's. */
  dispose(): void;
}

/** Runs the steps and forward passes of one network, and holds its state. */
export interface Executor {
  /** Whether steps run as a graph. */
  readonly captured: boolean;
  /** One training step; its losses, read back. */
  step(batch: HostBatch, draws: MethodDraws, learningRate: number): LossTerms;
  /**
   * Logits in inference mode through a branch: [count, classes], row by row.
   * @param pixels [count, S, S, 3], normalised
   */
  logits(pixels: Float32Array, count: number, imageSize: number, branch: Branch): Float32Array;
  /**
   * Logits and class activation maps in inference mode through a branch.
   * @param pixels [count, S, S, 3], normalised
   */
  classMaps(pixels: Float32Array, count: number, imageSize: number, branch: Branch): ClassMaps;
  /**
   * Parameters and running statistics by name, read back, row-major in tfjs layouts.
   * @param names only these
   */
  values(names?: readonly string[]): Map<string, Float32Array>;
  /** The present state, which stays available while steps go on. The caller disposes it. */
  snapshot(): NetworkSnapshot;
  /** Momentum of the parameters by name, read back. */
  velocities(): Map<string, Float32Array>;
  dispose(): void;
}
