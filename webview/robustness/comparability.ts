import type { RobustnessSource } from './robustness-runs';

/** Why numbers of the shown evaluations must not be compared as they are; undefined where they can. */
export function comparabilityNote(sources: readonly RobustnessSource[]): string | undefined {
  const differing = [
    isOne(sources.map(({ evaluation }) => evaluation.imageList)) ? [] : ['of other images'],
    isOne(sources.flatMap(({ evaluation }) => evaluation.source ?? [])) ? [] : ['with other corruptions'],
  ].flat();
  if (differing.length === 0) return undefined;
  return `Some of these evaluations were made ${differing.join(' and ')}: their numbers cannot be compared as they are.`;
}

const isOne = (values: readonly string[]): boolean => new Set(values).size <= 1;
