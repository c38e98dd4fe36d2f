/** Unusable arguments or configuration: exit status 2, nothing was written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
