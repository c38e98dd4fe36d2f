import type { RobustnessMeasureName } from '../../common/panels/robustness/robustness-contract';
import { corruptionLabel } from './corruption-groups';
import { formatValue, measures } from './measures';
import type { FramedSources } from './robustness-matrix';
import type { SourceLooks } from './robustness-runs';
import { type SeverityCurves, severityPoints } from './severity-curves';

/** The curves that the panel has room for. */
export interface ShownCurves {
  /** Undefined without a mean. */
  mean: SeverityCurves | undefined;
  /** Undefined where no corruption was evaluated. */
  corruption: SeverityCurves | undefined;
}

/** @param corruption whose curves are shown beside the mean's */
export function shownCurves(
  { sources, matrices }: FramedSources,
  measure: RobustnessMeasureName,
  corruption: string | undefined,
  { labelOf, styleOf, theme }: SourceLooks,
): ShownCurves {
  const { label, unit } = measures[measure];
  const curves = (title: string, row: string | undefined): SeverityCurves => ({
    title,
    caption: `${label}, ${unit}`,
    format: (value) => formatValue(value, unit),
    theme,
    lines: sources.flatMap((source, index) => {
      const points = severityPoints(matrices[index]!, row);
      if (points.length === 0) return [];
      return [{ label: labelOf(source), style: styleOf(source.header.runKey), branch: source.branch, points }];
    }),
  });
  const meanOver = Math.max(...matrices.map((matrix) => matrix.meanOver));
  return {
    mean: meanOver === 0 ? undefined : curves(`Mean over ${meanOver} corruptions`, undefined),
    corruption: corruption === undefined ? undefined : curves(corruptionLabel(corruption), corruption),
  };
}
