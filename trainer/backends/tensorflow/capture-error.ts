/** A function cannot be recorded as a graph. The message says why; training falls back to running op by op. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}
