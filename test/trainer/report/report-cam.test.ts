import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ToCam } from '../../../common/panels/cam/cam-contract';
import { runPaths } from '../../../common/run/run-folder';
import { reportHtml } from '../../../trainer/report/report-html';
import { readReportRuns } from '../../../trainer/report/report-run';
import { writeMaps } from '../../common/run/explain-files';
import { temporaryFolder, writeRun } from './report-fixture';

/** Adds the maps of some epochs of 5 steps to a made-up run. */
function writeCam(folder: string, epochs: readonly number[], images: readonly string[]): void {
  let seq = 1000;
  for (const epoch of epochs) {
    for (const image of images) {
      const record = { type: 'explain', epoch, step: 5 * epoch, image, branch: 'main', class: 'a', predicted: 'a' };
      const line = { seq: seq++, time: 1, ...record, confidence: 0.5, grid: [[1, 2]] };
      appendFileSync(runPaths(folder).events, `${JSON.stringify(line)}\n`);
    }
    writeMaps(runPaths(folder).explain, epoch, images);
  }
}

const page = (runs: Awaited<ReturnType<typeof readReportRuns>>) =>
  reportHtml({
    runs,
    scripts: { curves: '', divergence: '', cam: 'let c;', robustness: '' },
    nonce: 'n',
    madeAt: new Date(0),
  });

test('a report holds the overlays of the runs that have any', async () => {
  const parent = temporaryFolder();
  const folders = [writeRun(parent, 'with'), writeRun(parent, 'without')];
  writeCam(folders[0]!, [1, 2, 3], ['one', 'two']);
  const html = page(await readReportRuns(folders));
  const messages = JSON.parse(/id="mixprop-messages-cam">(.*)<\/script>/.exec(html)![1]!) as ToCam[];
  expect(messages.map(({ type }) => type)).toEqual(['hydrate', 'pictures', 'reply']);
  const [hydrate, pictures, maps] = messages;
  expect(hydrate).toMatchObject({ runs: [{ header: { runId: 'with' }, epochs: [1, 2, 3] }], corruptions: [] });
  expect(pictures).toMatchObject({ runKey: 'with', pictures: [{ path: 'one' }, { path: 'two' }] });
  expect(maps).toMatchObject({
    id: 0,
    name: 'maps',
    reply: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3, classes: ['a', 'b'] }],
  });
  // The class of the image comes first, then the more probable ones: b has the larger logit in both.
  const { main } = maps!.type === 'reply' ? maps!.reply[2]!.branches : {};
  expect(main).toEqual({
    logits: [3, 4, 5, 6],
    kept: [0, 1, 1, 0],
    maps: [3, 3.3333, 3.6667, 4, 5, 5.3333, 4.3333, 4.6667],
  });
  expect(html).toContain('<div id="mixprop-cam"></div>');
  expect(page(await readReportRuns([folders[1]!]))).not.toContain('mixprop-cam');
});

test('a report is bounded: the first images only', async () => {
  const folder = writeRun(temporaryFolder(), 'many');
  const images = Array.from({ length: 60 }, (_, i) => `image-${i}`);
  writeCam(folder, [4], images);
  const [run] = await readReportRuns([folder]);
  expect(run?.cam.run.images).toHaveLength(24);
  expect(run?.cam.maps[0]?.images).toHaveLength(24);
  expect(run?.cam.maps[0]?.branches.aux?.kept).toHaveLength(48);
  expect(run?.cam.pictures[0]?.pictures).toHaveLength(24);
});
