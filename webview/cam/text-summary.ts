import type { CamClass, CamInput } from '../../common/panels/cam/cam-contract';
import type { RunHeader } from '../../common/panels/protocol';
import { stateWord } from '../shared/run-labels';
import { exact, runAttributes, type Summary } from '../shared/summary-items';
import { type CamColumn, type CamRow, cellOf, momentOf } from './cam-table';

/**
 * What the panel shows of a branch of a run, in words and as attributes.
 *
 * The text is `NAME [RUN] BRANCH: state S; epoch E, or now (step N); images N; shown N; right R of L; mean confidence C; input I`. Confidence is
 * that of the class whose map is shown, a mean over the maps shown, with four significant digits; L counts those with a known
 * class.
 *
 * The attributes carry the exact numbers; one without a value is "".
 */
export function summarizeColumn(
  header: Pick<RunHeader, 'name' | 'runId' | 'label' | 'state' | 'isGone'>,
  column: CamColumn,
  rows: readonly CamRow[],
  { shown, input }: { shown: CamClass; input: CamInput | null },
): Summary {
  const cells = rows.map((row) => cellOf(row, column, shown));
  const maps = cells.filter((cell) => cell.state === 'map').map(({ explanation }) => explanation);
  const labelled = maps.filter(({ isRight }) => isRight !== undefined);
  const right = labelled.filter(({ isRight }) => isRight).length;
  const confidence =
    maps.length === 0
      ? undefined
      : maps.reduce((sum, { probabilities, shown: index }) => sum + probabilities[index!]!, 0) / maps.length;
  const problem = column.maps?.state === 'failed' ? column.maps.message : '';
  const inputText = input === null ? 'clean' : `${input.corruption} ${input.severity}`;
  const parts = [
    `state ${stateWord(header)}`,
    momentOf(column) || 'epoch none',
    `images ${rows.length}`,
    `shown ${maps.length}`,
    `right ${right} of ${labelled.length}`,
    `mean confidence ${confidence?.toPrecision(4) ?? 'none'}`,
    `input ${inputText}`,
  ];
  return {
    text: `${header.name} [${header.label}] ${column.kind}: ${parts.join('; ')}`,
    attributes: {
      ...runAttributes(header),
      'data-branch': column.kind,
      'data-epoch': exact(column.epoch),
      'data-step': exact(column.isNow && column.maps?.state === 'ready' ? column.maps.value.step : undefined),
      'data-class': typeof shown === 'object' ? shown.name : shown,
      'data-images': String(rows.length),
      'data-shown': String(maps.length),
      'data-labelled': String(labelled.length),
      'data-right': String(right),
      'data-mean-confidence': exact(confidence),
      'data-input': inputText,
      'data-maps': column.maps?.state ?? '',
      'data-problem': problem,
    },
  };
}

/** What to do where runs lack the class that was selected by name; undefined where all have it. */
export function classAdvice(
  columns: readonly CamColumn[],
  shown: CamClass,
  labelOf: (runKey: string) => string,
): string | undefined {
  if (typeof shown !== 'object') return undefined;
  const without = columns.filter(({ maps }) => maps?.state === 'ready' && !maps.value.classes.includes(shown.name));
  const names = [...new Set(without.map(({ runKey }) => labelOf(runKey)))];
  if (names.length === 0) return undefined;
  return `${names.join(', ')}: the network has no class "${shown.name}": choose another one under "Map of".`;
}

/** What is announced when there is news. */
export function announceColumns(summaries: readonly Summary[]): string {
  return summaries
    .map(({ attributes }) => {
      const { 'data-right': right, 'data-labelled': labelled, 'data-step': step } = attributes;
      const moment = step === '' ? `epoch ${attributes['data-epoch'] || 'none'}` : `now (step ${step})`;
      return `${attributes['data-run-label']} ${attributes['data-branch']}, ${moment}: ${right} of ${labelled} right`;
    })
    .join('. ');
}
