import { type Progress, ProgressLocation, window } from 'vscode';

/**
 * Shows the progress of work in a notification while it lasts.
 * @param work gets a signal that is aborted when the person clicks Cancel
 */
export async function withNotification<T>(
  title: string,
  work: (progress: Progress<{ message?: string; increment?: number }>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return window.withProgress(options, (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    return work(progress, stop.signal);
  });
}
