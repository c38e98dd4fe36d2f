import { expect, test } from 'vitest';
import type { CamRun } from '../../../common/panels/cam/cam-contract';
import type { RunState } from '../../../common/run/events';
import { imagesNotice } from '../../../webview/cam/images-notice';
import { panelRun } from '../curves/panel-run-fixture';

const run = (state: RunState, images: number, checkpoints: number[]): CamRun => ({
  header: { ...panelRun({ runKey: 'a-1', main: [] }).header, state },
  branches: ['main'],
  dataset: 'shapes',
  images: Array.from({ length: images }, (_, index) => ({ path: `shapes/${index}` })),
  epochs: [],
  checkpoints,
});

test('one run with images is enough to show, and no run is another notice', () => {
  expect(imagesNotice([run('finished', 0, [3]), run('finished', 1, [])], true)).toBeUndefined();
  expect(imagesNotice([], true)).toBeUndefined();
});

test.each([
  ['finished', [0, 3], true, /computed from the last checkpoint/],
  ['running', [0], true, /from its next epoch on/],
  ['failed', [], true, /no checkpoint/],
  ['queued', [], false, /not begun/],
] as const)('of a %s run with checkpoints %j images are offered: %s', (state, checkpoints, offers, words) => {
  const notice = imagesNotice([run(state, 0, [...checkpoints])], true);
  expect(notice).toMatchObject({ offersRuns: offers, advice: expect.stringMatching(words) });
});

test('of a run whose folder is gone none are offered', () => {
  const { header, ...rest } = run('finished', 0, [3]);
  const gone = { header: { ...header, isGone: true }, ...rest };
  expect(imagesNotice([gone], true)).toMatchObject({ offersRuns: false });
  expect(imagesNotice([gone, run('finished', 0, [3])], true)).toMatchObject({ offersRuns: true });
});

test('a report offers nothing', () => {
  expect(imagesNotice([run('finished', 0, [3])], false)).toMatchObject({ offersRuns: false });
});
