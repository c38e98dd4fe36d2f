import { element } from '../shared/dom';
import type { RunStyle } from '../shared/run-style';
import { markerSwatch } from '../shared/swatches';
import { formatValue, measures } from './measures';
import { matrixFrame, sourceMatrix } from './robustness-matrix';
import type { RobustnessSource } from './robustness-runs';

const missing = '–';

/** One row a source: errors when clean, stylized (where that was evaluated) and corrupted, and mCE with what it is normalised by. */
export class SummaryTable {
  readonly element = element('div', { class: 'summary' });
  private drawn = '';

  update(
    sources: readonly RobustnessSource[],
    labelOf: (source: RobustnessSource) => string,
    styleOf: (runKey: string) => RunStyle,
  ): void {
    const columns = columnsOf(sources);
    const rows = sources.map((source) => ({
      cells: columns.map(({ cell }) => cell(source)),
      label: labelOf(source),
      source,
    }));
    const captions = sources.map(({ measured }) => measured.summary?.label);
    const drawn = JSON.stringify([
      columns.map(({ title }) => title),
      rows.map(({ cells, label }) => [label, cells]),
      captions,
      sources.map(styleKey(styleOf)),
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const heads = columns.map(({ title }) => element('th', { role: 'columnheader', class: 'head' }, title));
    const head = element('tr', { role: 'row' }, element('td', { role: 'cell' }), ...heads);
    const lines = rows.map(({ cells, label, source }) => {
      const swatch = element('span', { class: 'swatch' });
      swatch.append(markerSwatch(styleOf(source.header.runKey)));
      const name = element('th', { role: 'rowheader', class: 'source' }, swatch, ` ${label}`);
      const values = columns.map(({ title }, index) =>
        element('td', { role: 'cell', 'data-column': title }, cells[index]!),
      );
      return element('tr', { role: 'row', class: 'row' }, name, ...values);
    });
    const labels = [...new Set(sources.flatMap(({ measured }) => measured.summary?.label ?? []))];
    const caption = element(
      'p',
      { id: 'robustness-table-caption' },
      'Errors in %, clean and as the mean over the common corruptions that were evaluated. ',
      labels.length === 0
        ? 'No mCE: none of the 15 common corruptions was evaluated.'
        : `Summarised as ${labels.join('; ')}.`,
    );
    // Roles of their own: in a narrow panel rows are no table rows to the browser.
    const table = element(
      'table',
      { role: 'table', 'aria-labelledby': 'robustness-table-caption' },
      element('thead', { role: 'rowgroup' }, head),
      element('tbody', { role: 'rowgroup' }, ...lines),
    );
    this.element.replaceChildren(caption, table);
  }
}

interface Column {
  title: string;
  cell: (source: RobustnessSource) => string;
}

const styleKey = (styleOf: (runKey: string) => RunStyle) => (source: RobustnessSource) => {
  const { colour, marker } = styleOf(source.header.runKey);
  return `${colour} ${marker}`;
};

/** Without mCE of any source there are no columns for it: the caption says that the errors are not normalised. */
function columnsOf(sources: readonly RobustnessSource[]): Column[] {
  const columns: Column[] = [
    { title: 'Clean error', cell: ({ measured }) => formatValue(measures.error.of(measured.clean), '%') },
    ...(sources.some(({ measured }) => measured.stylized) ? [stylizedColumn] : []),
    { title: 'Corrupted error', cell: ({ measured }) => formatValue(measured.summary?.unnormalised, '%') },
    { title: 'Calibration error, clean → corrupted', cell: calibration },
  ];
  const baselines = new Set(sources.map(({ measured }) => measured.summary?.baseline ?? null));
  if (baselines.size === 1 && baselines.has(null)) return columns;
  // Named once where it is the same for all.
  const shared = baselines.size === 1 ? `, by ${baselineName([...baselines][0]!)}` : '';
  const cell = (value: number | undefined, baseline: string | null | undefined) => {
    if (value === undefined) return missing;
    return shared === '' ? `${formatValue(value, '%')} by ${baselineName(baseline!)}` : formatValue(value, '%');
  };
  columns.push(
    {
      title: `mCE${shared}`,
      cell: ({ measured: { summary } }) => cell(summary?.mCE, summary?.baseline),
    },
    {
      title: `Relative mCE${shared}`,
      cell: ({ measured: { summary } }) => cell(summary?.relativeMCE, summary?.baseline),
    },
  );
  return columns;
}

const stylizedColumn: Column = {
  title: 'Stylized error',
  cell: ({ measured: { stylized } }) => formatValue(stylized && measures.error.of(stylized), '%'),
};

const baselineName = (baseline: string): string => (baseline === 'alexnet' ? 'AlexNet' : baseline);

function calibration(source: RobustnessSource): string {
  const { clean, rows } = sourceMatrix(source, 'calibrationError', matrixFrame([source]));
  const corrupted = rows.find(({ corruption }) => corruption === undefined)?.mean;
  return `${formatValue(clean, '%')} → ${formatValue(corrupted, '%')}`;
}
