import type { TensorflowBackend } from '../tensorflow-backend';

/** What kernels of the native backend work with. */
export interface NativeContext {
  backend: TensorflowBackend;
  /** Whether convolutions may use the ops of native-ops/. */
  usesOwnOps: boolean;
}
