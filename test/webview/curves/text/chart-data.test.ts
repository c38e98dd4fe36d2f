import { describe, expect, test } from 'vitest';
import { chartCsv, chartJson } from '../../../../webview/curves/text/chart-data';
import { csvText } from '../../../../webview/shared/csv-text';
import { fileBaseName } from '../../../../webview/shared/file-name';

const series = {
  runKey: 'a',
  kind: 'main',
  x: [1, 2, 3],
  y: [4, 3, 2],
  raw: [4, Number.NaN, 1],
  step: [1, 2, 3],
  time: [0, 1000, 2000],
} as const;
const data = {
  title: 'Training loss',
  xAxis: 'step',
  smoothing: 0.5,
  lines: [{ label: 'a, b', series }],
  view: [2, 3],
} as const;
const mutable = { ...data, lines: [...data.lines] };

describe('a chart’s data', () => {
  test('as CSV: every point in view, one a row', () => {
    expect(chartCsv(mutable)).toBe(
      'run,line,step,time,x,value,smoothed\r\n' +
        '"a, b",main,2,1970-01-01T00:00:01.000Z,2,,3\r\n' +
        '"a, b",main,3,1970-01-01T00:00:02.000Z,3,1,2\r\n',
    );
    const band = { low: new Float64Array([3, 2, 1]), high: new Float64Array([5, 4, 3]) };
    const banded = chartCsv({ ...mutable, lines: [{ label: 'm', series: { ...series, band } }] });
    expect(banded.split('\r\n')[0]).toBe('run,line,step,time,x,value,smoothed,low,high');
    expect(banded.split('\r\n')[2]).toBe('m,main,3,1970-01-01T00:00:02.000Z,3,1,2,1,3');
  });

  test('as JSON: NaN is null', () => {
    expect(JSON.parse(chartJson(mutable))).toEqual({
      title: 'Training loss',
      xAxis: 'step',
      smoothing: 0.5,
      lines: [
        {
          run: 'a, b',
          line: 'main',
          points: [
            { step: 2, time: '1970-01-01T00:00:01.000Z', x: 2, value: null, smoothed: 3 },
            { step: 3, time: '1970-01-01T00:00:02.000Z', x: 3, value: 1, smoothed: 2 },
          ],
        },
      ],
    });
  });

  test('text that would break a table or be taken for a formula is quoted', () => {
    expect(csvText('say "hi"')).toBe('"say ""hi"""');
    expect(csvText('=1+1')).toBe("'=1+1");
    expect(csvText('plain-name')).toBe('plain-name');
  });

  test('file names', () => {
    expect(fileBaseName('Validation top-1')).toBe('validation-top-1');
    expect(fileBaseName('Best main top-1 against method.alpha')).toBe('best-main-top-1-against-method-alpha');
    expect(fileBaseName('…')).toBe('chart');
  });
});
