import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { type CorruptionSource, type Evaluation, readEvaluations } from '../../common/run/evaluations';
import { alexNetErrors } from './alexnet-errors';
import { type Baseline, errorTable, missingForMce } from './corruption-error';
import type { Condition } from './evaluate-conditions';

/**
 * What errors are to be normalised by.
 *
 * @param text `--baseline`: alexnet, none, or a run that was evaluated on the same images
 * @param evaluated which of what is evaluated has to be the same for the baseline
 * @throws UsageError saying why it cannot be
 */
export function chooseBaseline(
  text: string | undefined,
  conditions: readonly Condition[],
  evaluated: Pick<Evaluation, 'source' | 'imageList'>,
): Baseline | null {
  if (text === undefined || text === 'none') return null;
  const names = conditions.flatMap(({ name, severity }) => (severity === null ? [] : [name]));
  const missing = missingForMce(names, (name) => names.filter((other) => other === name).length);
  if (missing !== undefined)
    throw new UsageError(
      `--baseline ${text}: mCE is the mean over 15 corruptions at all five severities, but ${missing}; use --corruptions common --severities all, or leave --baseline out for the mean error, not normalised`,
    );
  if (text === 'alexnet') return { name: 'alexnet', errors: alexNetErrors };
  if (!statSync(text, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--baseline ${text}: expected is alexnet, none, or the folder of a run`);
  const { evaluations, problems } = readEvaluations(text);
  const same = evaluations.find(({ evaluation: { source, imageList, branches } }) => {
    const { main } = branches;
    if (!main || imageList !== evaluated.imageList || !isSameSource(source, evaluated.source)) return false;
    const severitiesOf = (name: string) => Object.keys(main.corruptions[name] ?? {}).length;
    return missingForMce(Object.keys(main.corruptions), severitiesOf) === undefined;
  });
  if (!same) {
    const damaged = problems.length > 0 ? ` (${problems.join('; ')})` : '';
    throw new UsageError(
      `--baseline ${text}: it has no evaluation of the same images under the same 15 corruptions at five severities${damaged}; evaluate it first, with the same options`,
    );
  }
  return { name: basename(resolve(text)), errors: errorTable(same.evaluation.branches.main!) };
}

const isSameSource = (a: CorruptionSource | null, b: CorruptionSource | null): boolean =>
  a !== null && b !== null && JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
