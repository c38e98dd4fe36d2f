import { csvText } from '../shared/csv-text';
import type { RobustnessSource } from './robustness-runs';

const columns = ['run', 'branch', 'evaluation', 'corruption', 'severity', 'top1', 'top5', 'loss', 'calibrationError'];

/**
 * All that was measured of some sources as CSV: one row a condition, clean with severity 0. Top-1 and top-5 accuracy and
 * calibration error are fractions, the loss is in nats; values that were not finite are empty.
 */
export function robustnessCsv(sources: readonly RobustnessSource[]): string {
  const rows = [columns.join(',')];
  for (const { header, branch, evaluation, measured } of sources) {
    const conditions = [
      ['clean', '0', measured.clean] as const,
      ...(measured.stylized === undefined ? [] : [['stylized', '', measured.stylized] as const]),
      ...Object.entries(measured.corruptions).flatMap(([name, levels]) =>
        Object.entries(levels).map(([severity, measures]) => [name, severity, measures] as const),
      ),
    ];
    for (const [name, severity, { top1, top5, loss, calibrationError }] of conditions) {
      const values = [top1, top5, loss, calibrationError].map((value) => (value === null ? '' : String(value)));
      const texts = [header.label, branch, evaluation.name, name].map(csvText);
      rows.push([...texts, severity, ...values].join(','));
    }
  }
  return `${rows.join('\r\n')}\r\n`;
}
