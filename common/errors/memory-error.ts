/** The backend's memory is used up. The message says what to lower. */
export class BackendMemoryError extends Error {
  override readonly name = 'BackendMemoryError';
}
