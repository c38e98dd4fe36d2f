import { expect, test } from 'vitest';
import { chartDefinitions, hasRecords, lineChartIds } from '../../../../webview/curves/data/chart-definitions';
import { panelRun } from '../panel-run-fixture';

const dual = panelRun({
  runKey: 'dual',
  main: [2, 1],
  localisation: { mainPointing: [0, 1], auxPointing: [0.5, 0.5], mainArea: [0.3, 0.2], agreement: [0.9, 0.8] },
});
const plain = panelRun({ runKey: 'plain', main: [2, 1] });

const measures = lineChartIds.filter((id) => chartDefinitions[id].over === 'localisation');
const describeMeasure = (id: (typeof lineChartIds)[number], runs: Parameters<typeof hasRecords>[1]) =>
  chartDefinitions[id].describe?.(runs);

test('a measure of maps is there with the lines that have a number', () => {
  const kinds = measures.map((id) => chartDefinitions[id].lines(dual, { loss: 'branches' }).map(([kind]) => kind));
  expect(measures).toEqual(['pointing', 'energy', 'area', 'regions', 'agreement']);
  expect(kinds).toEqual([['main', 'aux'], [], ['main'], [], ['agreement']]);
  expect(measures.filter((measure) => hasRecords(measure, [plain, dual]))).toEqual(['pointing', 'area', 'agreement']);
  expect(hasRecords('pointing', [plain])).toBe(false);
  expect(hasRecords('loss', [])).toBe(true);
});

test('it says over how many images: where objects have to be known, of those', () => {
  expect(describeMeasure('pointing', [dual, plain])).toBe(
    'How often the map’s maximum lies on the object, of 6 images.',
  );
  expect(describeMeasure('area', [dual])).toBe('Share of the image in focus, mean of 8 images.');
  const other = { ...dual, localisation: { ...dual.localisation, images: [1, 20], withRegion: [0, 1] } };
  expect(describeMeasure('energy', [other])).toContain('mean of one image.');
  expect(describeMeasure('regions', [dual, other])).toContain('mean of 1 to 20 images.');
});
