import type { CamRun } from '../../common/panels/cam/cam-contract';
import type { Notice } from '../shared/notice';

/**
 * The notice where no run has images to show maps of, with what choosing some leads to; undefined when one has.
 * @param live false in a report
 */
export function imagesNotice(runs: readonly CamRun[], live: boolean): Notice | undefined {
  if (runs.length === 0 || runs.some(({ images }) => images.length > 0)) return undefined;
  const notice = (advice: string, offersRuns: boolean): Notice => ({
    title: 'No class activation maps yet',
    advice,
    offersRuns,
  });
  if (!live) return notice('The experiments of these runs chose no images (explain.images).', false);
  if (runs.every(({ header }) => header.isGone)) return notice('What the runs had is no longer there.', false);
  const states = new Set(runs.map(({ header }) => header.state));
  // What its experiment chose is known when the data set has been read.
  if (states.size === 1 && states.has('queued')) return notice('The run has not begun.', false);
  if (states.has('running')) {
    return notice(
      'Choose some validation images: the run in training records their maps from its next epoch on.',
      true,
    );
  }
  if (runs.some(({ checkpoints }) => checkpoints.length > 0)) {
    return notice(
      'Choose some validation images: their maps are computed from the last checkpoint, and recorded whenever the ' +
        'experiment is run again.',
      true,
    );
  }
  return notice(
    'There is no checkpoint to compute maps from. Choose some validation images: they are recorded when the experiment ' +
      'is run again.',
    true,
  );
}
