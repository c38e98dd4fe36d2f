import { appendFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ToDivergence } from '../../../common/panels/divergence/divergence-contract';
import { runPaths } from '../../../common/run/run-folder';
import { reportHtml } from '../../../trainer/report/report-html';
import { readReportRuns } from '../../../trainer/report/report-run';
import { writeBatchNormFile } from '../../common/panels/divergence/divergence-files';
import { temporaryFolder, writeRun } from './report-fixture';

/** Adds the divergence of four epochs of five steps to a made-up run, and their channels. */
function writeDivergence(folder: string, channels: number): void {
  const measures = { symmetricKl: 1, wasserstein2: 2, meanShift: 3, logVarianceRatio: 4, gammaGap: 5, betaGap: 6 };
  const epoch = 4;
  const layers = ['bn1', 'bn'].map((layer) => ({ layer, ...measures }));
  appendFileSync(
    runPaths(folder).events,
    `${JSON.stringify({ seq: 1000, time: 1, type: 'divergence', epoch, step: 20, layers })}\n`,
  );
  for (const written of [1, epoch]) writeBatchNormFile(folder, written, ['bn1', 'bn'], channels);
}

const messagesIn = (html: string): ToDivergence[] =>
  JSON.parse(/id="mixprop-messages-divergence">(.*)<\/script>/.exec(html)![1]!);

test('a report holds the divergence of each run and the channels of its last epoch, bounded', async () => {
  const parent = temporaryFolder();
  const [dual, vanilla] = [writeRun(parent, 'dual'), writeRun(parent, 'vanilla', { method: 'vanilla' })];
  writeDivergence(dual, 1000);
  const runs = await readReportRuns([dual, vanilla]);
  expect(runs.map(({ divergence }) => divergence.branches)).toEqual(['main and aux', 'main']);
  expect(runs[0]?.divergence.records).toMatchObject([{ epoch: 4, endsEpoch: true }]);
  expect(runs[0]?.channels.map(({ layer, epoch, total, channels }) => [layer, epoch, total, channels.length])).toEqual([
    ['bn1', 4, 1000, 256],
    ['bn', 4, 1000, 256],
  ]);
  const html = reportHtml({
    runs,
    scripts: { curves: '', divergence: 'let b;', cam: '', robustness: '' },
    nonce: 'n',
    madeAt: new Date(0),
  });
  expect(messagesIn(html).map(({ type }) => type)).toEqual(['hydrate', 'reply', 'reply']);
  expect(html).toContain('<div id="mixprop-divergence"></div>');
});

test('a run without readable channels still shows its divergence', async () => {
  const folder = writeRun(temporaryFolder(), 'run');
  writeDivergence(folder, 4);
  rmSync(runPaths(folder).batchNorm, { recursive: true });
  const [run] = await readReportRuns([folder]);
  expect(run?.divergence.records).toHaveLength(1);
  expect(run?.channels).toEqual([]);
});
