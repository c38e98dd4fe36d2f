import { expect, test } from 'vitest';
import {
  describeMeasure,
  hasRecords,
  isLocalisationMeasure,
  localisationMeasures,
  measureLines,
} from '../../../../webview/curves/data/localisation-measures';
import { panelRun } from '../panel-run-fixture';

const dual = panelRun({
  runKey: 'dual',
  main: [2, 1],
  localisation: { mainPointing: [0, 1], auxPointing: [0.5, 0.5], mainArea: [0.3, 0.2], agreement: [0.9, 0.8] },
});
const plain = panelRun({ runKey: 'plain', main: [2, 1] });

test('a measure is there with the lines that have a number', () => {
  const kinds = localisationMeasures.map((measure) => measureLines(dual, measure).map(({ kind }) => kind));
  expect(localisationMeasures).toEqual(['pointing', 'energy', 'area', 'regions', 'agreement']);
  expect(kinds).toEqual([['main', 'aux'], [], ['main'], [], ['agreement']]);
  expect(localisationMeasures.filter((measure) => hasRecords(measure, [plain, dual]))).toEqual([
    'pointing',
    'area',
    'agreement',
  ]);
  expect(hasRecords('pointing', [plain])).toBe(false);
  expect([hasRecords('loss', []), isLocalisationMeasure('loss')]).toEqual([true, false]);
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
