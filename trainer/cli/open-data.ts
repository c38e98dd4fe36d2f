import { DatasetError } from '../../common/errors/dataset-error';
import { UsageError } from '../../common/errors/usage-error';
import type { RecordedRun } from '../../common/run/recorded-run';
import type { OpenOptions } from '../data/dataset';
import { cacheFolder } from '../data/images/cache-folder';
import type { Invocation } from './command';

/**
 * Opens the data set of an experiment for a command, which shows progress and warnings.
 *
 * @param networkClasses names of the classes in the order of a network's outputs, where something says
 * @throws UsageError for what is wrong with the data
 */
export async function openData<T>(
  invocation: Invocation,
  { experiment, baseFolder }: Pick<RecordedRun, 'experiment' | 'baseFolder'>,
  networkClasses: readonly string[] | undefined,
  open: (options: OpenOptions) => Promise<T>,
): Promise<T> {
  const progress = invocation.progress();
  try {
    return await open({
      baseFolder,
      cacheFolder: cacheFolder(),
      augmentation: experiment.augmentation,
      loading: experiment.loading,
      networkClasses,
      onProgress: (phase, done, total) => progress.update(phase, done, total),
      onWarning: (message) => invocation.warn(message),
      signal: invocation.signal,
    });
  } catch (error) {
    throw asUsageError(error);
  }
}

/** @throws UsageError for what is wrong with a data set */
export function usableData<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw asUsageError(error);
  }
}

const asUsageError = (error: unknown): unknown =>
  error instanceof DatasetError ? new UsageError(error.message) : error;
