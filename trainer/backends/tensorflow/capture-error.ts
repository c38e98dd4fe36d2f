/** Something that a graph cannot hold. The message says what; training goes on op by op. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}
