import { folderNameProblem } from '../experiment/experiment-name';
import { runIdPattern } from './run-folder';

/** Room for "-" and a number of up to 8 digits within the 100 characters of a run id. */
const maxStemLength = 91;

/** Why a run's folder cannot have this name, with what to do; undefined where it can. */
export function runIdProblem(id: string): string | undefined {
  if (!runIdPattern.test(id)) {
    return 'use up to 100 letters, digits, dots, dashes and underscores, not starting with a dot';
  }
  return folderNameProblem(id);
}

/** The experiment's name as the beginning of a run id: what an id cannot hold becomes a dash. */
export function runIdStem(experimentName: string): string {
  const stem = experimentName
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, maxStemLength);
  if (!runIdPattern.test(stem)) return 'experiment';
  // Such as "con.x", with a number behind it too.
  return folderNameProblem(`${stem}-1`) === undefined ? stem : stem.replaceAll('.', '-');
}

/**
 * `<name>-<n>`: one more than the highest number in use, so that ids sort by age and a deleted run's id is not given to
 * another unless it was the last. Compares without case, as some file systems do.
 * @param takenNames what the runs folder holds
 */
export function nextRunId(experimentName: string, takenNames: Iterable<string>): string {
  const stem = runIdStem(experimentName);
  const prefix = `${stem.toLowerCase()}-`;
  let highest = 0;
  for (const name of takenNames) {
    const lower = name.toLowerCase();
    const number = lower.startsWith(prefix) ? lower.slice(prefix.length) : '';
    if (/^[0-9]{1,8}$/.test(number)) highest = Math.max(highest, Number(number));
  }
  return `${stem}-${highest + 1}`;
}
