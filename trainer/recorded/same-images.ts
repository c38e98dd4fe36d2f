import { basename, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import type { RecordedRun } from '../../common/run/recorded-run';
import type { RunData } from '../../common/run/run-data';
import { imageDifferences, splitIdentity } from '../data/data-identity';
import type { ValidationData } from '../data/dataset';

/**
 * Refuses other images than those of a run where its numbers depend on them.
 *
 * @param present the data set, in those of its splits that matter
 * @param doing what the run is about to do: "resume"
 * @param areOthersMeant whether the user asked for other images; their number can be no other
 * @returns warnings
 * @throws UsageError saying what differs
 */
export function requireSameImages(
  run: RecordedRun,
  present: Pick<RunData, 'classes' | 'training'> & Partial<RunData>,
  { doing, areOthersMeant }: { doing: string; areOthersMeant: boolean },
): string[] {
  if (!run.data) return [olderRun(run)];
  const differences = imageDifferences(run.data, present);
  if (differences.length === 0) return [];
  const others = otherImages(run, differences);
  const remedy = 'put the images back, or say where they are with --data PATH';
  if (present.training.images !== run.data.training.images)
    throw new UsageError(`${others}; with another number to train on its epochs would have other steps: ${remedy}`);
  if (areOthersMeant) return [others];
  throw new UsageError(`${others}: ${remedy}; to ${doing} it with these, add --other-images`);
}

/** Says in what the images that a finished network is shown are not those that it was validated on. */
export function validationWarnings(run: RecordedRun, { classes, validation }: ValidationData): string[] {
  if (!run.data) return [olderRun(run)];
  const present = { classes: [...classes], validation: splitIdentity(validation, classes, run.data.type) };
  const differences = imageDifferences(run.data, present);
  return differences.length > 0 ? [otherImages(run, differences)] : [];
}

const otherImages = (run: RecordedRun, differences: readonly string[]): string =>
  `the data set has other images than ${nameOf(run)} was trained with (${differences.join('; ')})`;

const nameOf = ({ folder }: RecordedRun): string => basename(resolve(folder));

const olderRun = (run: RecordedRun): string =>
  `${nameOf(run)} has no data.json, as runs of earlier versions: that its data set is the one it was trained on cannot be checked`;
