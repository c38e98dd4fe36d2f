import type { RobustnessMeasureName } from '../../common/panels/robustness/robustness-contract';
import { stateWord } from '../shared/run-labels';
import { exact, runAttributes, type Summary } from '../shared/summary-items';
import { formatValue, measures } from './measures';
import { framedSources, matrixFrame, sourceMatrix } from './robustness-matrix';
import type { RobustnessSource } from './robustness-runs';

/**
 * What the panel shows of a run's branch, in words and as attributes.
 *
 * The text is `NAME [RUN] BRANCH: state S; evaluation NAME; checkpoint C; images N; corruptions N; severities S …; clean V;
 * stylized V (where it was evaluated); corrupted V; summary`, values of the chosen measure with its unit; "corrupted" is the mean over the common corruptions.
 *
 * The attributes carry the exact numbers: those of clean images in the trainer's units (fractions, nats), means and the summary
 * in the measure's unit and percent; one without a value is "".
 */
export function summarizeSource(source: RobustnessSource, measure: RobustnessMeasureName): Summary {
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
      ...runAttributes(header),
      'data-branch': branch,
      'data-evaluation': evaluation.name,
      'data-checkpoint': evaluation.checkpoint,
      'data-epoch': known(evaluation.epoch),
      'data-images': String(evaluation.images),
      'data-corruptions': frame.corruptions.map(({ name }) => name).join(' '),
      'data-severities': frame.severities.join(' '),
      'data-clean-top1': known(clean.top1),
      'data-clean-top5': known(clean.top5),
      'data-clean-loss': known(clean.loss),
      'data-clean-calibration-error': known(clean.calibrationError),
      'data-measure': measure,
      'data-clean': known(matrix.clean),
      'data-stylized': known(matrix.stylized),
      'data-mean': known(mean),
      'data-worst': worst?.corruption ?? '',
      'data-unnormalised': known(summary?.unnormalised),
      'data-mce': known(summary?.mCE),
      'data-relative-mce': known(summary?.relativeMCE),
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

/** "" for what was not finite, too. */
const known = (value: number | null | undefined): string => exact(Number.isNaN(value) ? null : value);
