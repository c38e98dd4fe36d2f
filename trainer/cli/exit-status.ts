/** Exit status of errors whose message says all; anything else is a defect and shows its stack. */
const statuses: Record<string, number | undefined> = {
  UsageError: 2,
  DatasetError: 2,
  PrecisionError: 2,
  RunLockedError: 2,
  RunsFolderError: 2,
  SettingError: 2,
  AbortError: 1,
  BackendMemoryError: 1,
  CheckpointError: 1,
  DownloadError: 1,
  OutputError: 1,
  RunWriteError: 1,
  RuntimeError: 1,
  SafetensorsError: 1,
  TrainingError: 1,
};

/** Exit status of a command that ends with an error: 1 the work failed, 2 unusable arguments; undefined for a defect. */
export function exitStatusOf(error: unknown): number | undefined {
  // System errors that no other error wraps.
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return 1;
  return statuses[(error as Error).name];
}
