import type { RobustnessMeasureName } from '../../common/panels/robustness/robustness-contract';
import { stateWord } from '../shared/run-labels';
import { formatValue, measures } from './measures';
import { framedSources, matrixFrame, sourceMatrix } from './robustness-matrix';
import type { RobustnessSource } from './robustness-runs';

/**
 * What the panel shows of a run's branch, in words and as attributes. Both are stable: tests and screen readers rely on them.
 *
 * The text is `NAME [RUN] BRANCH: state S; evaluation NAME; checkpoint C; images N; corruptions N; severities S …; clean V;
 * stylized V (where it was evaluated); corrupted V; summary`, values of the chosen measure with its unit; "corrupted" is the mean over the common corruptions.
 *
 * The attributes carry the exact numbers: those of clean images in the trainer's units (fractions, nats), means and the summary
 * in the measure's unit and percent; one without a value is "".
 */
export interface RobustnessSummary {
  text: string;
  attributes: Record<`data-${string}`, string>;
}

export function summarizeSource(source: RobustnessSource, measure: RobustnessMeasureName): RobustnessSummary {
  const { header, evaluation, branch, measured } = source;
  const { label, unit } = measures[measure];
  const frame = matrixFrame([source]);
  const matrix = sourceMatrix(source, measure, frame);
  const mean = matrix.rows.find(({ corruption }) => corruption === undefined)?.mean;
  const worst = matrix.rows
    .filter(({ corruption, mean: own }) => corruption !== undefined && own !== undefined)
    .reduce<(typeof matrix.rows)[number] | undefined>((a, b) => {
      if (a === undefined) return b;
      return (measures[measure].worse === 'higher') === b.mean! > a.mean! ? b : a;
    }, undefined);
  const { summary, clean } = measured;
  const said = (value: number | undefined) => (value === undefined ? 'none' : `${formatValue(value, unit)} ${unit}`);
  const parts = [
    `state ${stateWord(header)}`,
    `evaluation ${evaluation.name}`,
    `checkpoint ${evaluation.checkpoint}`,
    `images ${evaluation.images}`,
    `corruptions ${frame.corruptions.length}`,
    `severities ${frame.severities.join(' ') || 'none'}`,
    `${label} clean ${said(matrix.clean)}`,
    ...(matrix.hasStylized ? [`stylized ${said(matrix.stylized)}`] : []),
    `corrupted ${said(mean)}`,
    `worst ${worst?.corruption ?? 'none'}`,
    summary === undefined ? 'no summary' : `${summary.label}: ${formatValue(summary.mCE ?? summary.unnormalised, '%')}`,
  ];
  return {
    text: `${header.name} [${header.label}] ${branch}: ${parts.join('; ')}`,
    attributes: {
      'data-run-id': header.runId,
      'data-run-label': header.label,
      'data-branch': branch,
      'data-state': stateWord(header),
      'data-evaluation': evaluation.name,
      'data-checkpoint': evaluation.checkpoint,
      'data-epoch': exact(evaluation.epoch),
      'data-images': String(evaluation.images),
      'data-corruptions': frame.corruptions.map(({ name }) => name).join(' '),
      'data-severities': frame.severities.join(' '),
      'data-clean-top1': exact(clean.top1),
      'data-clean-top5': exact(clean.top5),
      'data-clean-loss': exact(clean.loss),
      'data-clean-calibration-error': exact(clean.calibrationError),
      'data-measure': measure,
      'data-clean': exact(matrix.clean),
      'data-stylized': exact(matrix.stylized),
      'data-mean': exact(mean),
      'data-worst': worst?.corruption ?? '',
      'data-unnormalised': exact(summary?.unnormalised),
      'data-mce': exact(summary?.mCE),
      'data-relative-mce': exact(summary?.relativeMCE),
      'data-baseline': summary?.baseline ?? '',
    },
  };
}

/** What a screen reader is told of the sources that are shown: the essentials only. */
export function announceSources(
  sources: readonly RobustnessSource[],
  measure: RobustnessMeasureName,
  labelOf: (source: RobustnessSource) => string,
): string {
  const { label, unit } = measures[measure];
  const { matrices } = framedSources(sources, measure);
  const said = sources.map((source, index) => {
    const { clean, rows } = matrices[index]!;
    const mean = rows.find(({ corruption }) => corruption === undefined)?.mean;
    return `${labelOf(source)}: clean ${formatValue(clean, unit)}, corrupted ${formatValue(mean, unit)}`;
  });
  return `${label}, ${unit}. ${said.join('. ')}`;
}

const exact = (value: number | null | undefined): string =>
  value === undefined || value === null || Number.isNaN(value) ? '' : String(value);
