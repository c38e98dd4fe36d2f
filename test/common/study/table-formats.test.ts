import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricColumn, settingPaths } from '../../../common/study/columns';
import { groupRows } from '../../../common/study/group-rows';
import { resolveColumn } from '../../../common/study/resolve-column';
import { tableOfGroups, tableOfRows } from '../../../common/study/study-table';
import { tableFormats } from '../../../common/study/table-formats';
import { studyRow } from './study-rows';

const named = (id: string, name: string, fields = {}) =>
  studyRow(id, { notes: { name, star: id === 'a', tags: ['x', 'y'], note: '' }, ...fields });
const rows = [
  named('a', 'plain', { settings: { seed: 1, 'model.initialWeights': null }, top1: 0.8765432109876543 }),
  named('b', 'a|b, "quoted"\nnext_50% \\ 名前', { settings: { seed: 2 }, top1: 0.5 }),
  named('c', '\u001b[31m<b>*&$#{}~^', { top1: null }),
  studyRow('d'),
];
const columnOf = (name: string) => resolveColumn(name, settingPaths(rows));
const table = tableOfRows(rows, ['run', 'star', 'tags', 'seed', 'initialWeights', 'bestTop1'].map(columnOf));

/** The fields of RFC 4180's text, read by its grammar alone. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (field.lastIndex < text.length) {
    const [, quoted, bare, end] = field.exec(text)!;
    record.push(quoted === undefined ? bare! : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

describe('a table as text', () => {
  test('is aligned, whatever the names hold', () => {
    expect(tableFormats.table(table)).toBe(
      [
        'Run                            Star  Tags  seed  model.initialWeights  Best top-1',
        'plain                          ★     x, y  1     null                     87.65 %',
        'a|b, "quoted" next_50% \\ 名前        x, y  2     –                        50.00 %',
        '\ufffd[31m<b>*&$#{}~^                     x, y  –     –                            NaN',
        'd                                          –     –                              –',
        '',
      ].join('\n'),
    );
  });

  test('is CSV with all digits', () => {
    expect(parseCsv(tableFormats.csv(table))).toEqual([
      ['run', 'star', 'tags', 'seed', 'model.initialWeights', 'bestTop1'],
      ['plain', 'true', 'x, y', '1', 'null', '0.8765432109876543'],
      ['a|b, "quoted"\nnext_50% \\ 名前', 'false', 'x, y', '2', '', '0.5'],
      ['\u001b[31m<b>*&$#{}~^', 'false', 'x, y', '', '', 'NaN'],
      ['d', 'false', '', '', '', ''],
    ]);
  });

  test('is read from CSV as it was', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'ä', '表', '🙂', 'a', ';', '='),
      maxLength: 9,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.double({ noNaN: true })), { minLength: 1, maxLength: 5 }), (values) => {
        const some = values.map(([name, top1], index) => named(String(index), name, { top1 }));
        const csv = tableFormats.csv(tableOfRows(some, [metricColumn('run'), metricColumn('bestTop1')]));
        const [, ...records] = parseCsv(csv);
        // A run without a name goes by its id.
        expect(records.map(([name]) => name)).toEqual(values.map(([name], index) => name || String(index)));
        const numbers = records.map(([, number]) => Number(number));
        expect(numbers).toEqual(values.map(([, top1]) => (Object.is(top1, -0) ? 0 : top1)));
      }),
    );
  });

  test('is Markdown, the best bold', () => {
    expect(tableFormats.markdown(table).split('\n').slice(0, 4)).toEqual([
      '| Run | Star | Tags | seed | model.initialWeights | Best top-1 |',
      '| --- | --- | --- | --- | --- | ---: |',
      '| plain | ★ | x, y | 1 | null | **87.65 %** |',
      '| a\\|b, "quoted" next_50% \\\\ 名前 |  | x, y | 2 | – | 50.00 % |',
    ]);
  });

  test('is LaTeX, the best bold', () => {
    expect(tableFormats.latex(table)).toBe(String.raw`% \usepackage{booktabs}
\begin{tabular}{lllllr}
\toprule
Run & Star & Tags & seed & model.initialWeights & Best top-1 \\
\midrule
plain & $\star$ & x, y & 1 & null & \textbf{87.65 \%} \\
a|b, "quoted" next\_50\% \textbackslash{} 名前 &  & x, y & 2 & -- & 50.00 \% \\
${'\ufffd'}[31m\textless{}b\textgreater{}*\&\$\#\{\}\textasciitilde{}\textasciicircum{} &  & x, y & -- & -- & NaN \\
d &  &  & -- & -- & -- \\
\bottomrule
\end{tabular}
`);
  });
});

describe('a table of groups', () => {
  const groups = [
    ...[0.5, 0.7, 0.9].map((top1, index) => studyRow(`a${index}`, { settings: { m: 'a', seed: 10 - index }, top1 })),
    ...[0.25, 0.35].map((top1, index) => studyRow(`b${index}`, { settings: { m: 'b', seed: index }, top1 })),
    studyRow('b2', { settings: { m: 'b', seed: 1 } }),
    studyRow('c', { settings: { m: 'c', seed: 1 }, top1: 0.1, cost: { epoch: 2, total: 60 } }),
  ];
  const by = [resolveColumn('m', ['m'])];
  const columns = [
    resolveColumn('seed', ['seed']),
    metricColumn('bestTop1'),
    metricColumn('cost'),
    metricColumn('state'),
  ];
  const table = tableOfGroups(groupRows(groups, by), by, columns);

  test('has the number of runs, means and deviations, and the values that are no measurements', () => {
    expect(tableFormats.table(table)).toBe(
      [
        'm  Runs  seed                  Best top-1  Cost  State',
        'a     3  8, 9, 10         70.00 ± 20.00 %     –  finished',
        'b     3  0, 1      30.00 ± 7.07 % (n = 2)     –  finished',
        'c     1  1                        10.00 %  60 N  finished',
        '',
      ].join('\n'),
    );
    expect(tableFormats.markdown(table)).toContain('**70.00 ± 20.00 %**');
  });

  test('has mean, deviation and number in columns of CSV', () => {
    const [header, a, , c] = parseCsv(tableFormats.csv(table));
    expect(header!.slice(3, 9)).toEqual([
      'bestTop1.mean',
      'bestTop1.sd',
      'bestTop1.n',
      'cost.mean',
      'cost.sd',
      'cost.n',
    ]);
    expect(a!.slice(3, 9).map(Number)).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.2, 12), 3, 0, 0, 0]);
    expect(c!.slice(2, 9)).toEqual(['1', '0.1', '', '1', '60', '', '1']);
  });
});
