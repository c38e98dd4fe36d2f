import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runPaths } from '../../../../common/run/run-folder';
import { DivergencePanel } from '../../../../extension/panels/divergence/divergence-panel';
import { writeBatchNormFile } from '../../../common/panels/divergence/divergence-files';
import { temporaryFolders } from '../../../common/temporary-folder';
import { writeRun } from '../../../trainer/report/report-fixture';
import { newEditors } from '../../fake-vscode';
import { FakePage, FakeRunPanelHost } from '../panel-host';

newEditors();
const newFolder = temporaryFolders();
let folder: string;
let page: FakePage;
let panel: DivergencePanel;

beforeEach(async () => {
  folder = writeRun(newFolder(), 'small-1', { end: 'stopped', steps: 10 });
  writeBatchNormFile(folder, 2, ['bn'], 3);
  page = new FakePage();
  panel = new DivergencePanel(page.panel, [folder], new FakeRunPanelHost().host);
});
afterEach(() => panel.dispose());

let seq = 1000;
function record(body: object): void {
  appendFileSync(runPaths(folder).events, `${JSON.stringify({ seq: ++seq, time: seq, ...body })}\n`);
}

test('a page gets all records when it is made, then those that are new, and channels where it asks for them', async () => {
  const measures = { symmetricKl: 1, wasserstein2: 2, meanShift: 3, logVarianceRatio: 4, gammaGap: 5, betaGap: 6 };
  record({ type: 'divergence', epoch: 2, step: 9, layers: [{ layer: 'bn', ...measures }] });
  for (const hydrations of [1, 2]) {
    page.begin();
    await expect.poll(() => page.ofType('hydrate')).toHaveLength(hydrations);
    expect(page.ofType('hydrate').at(-1)).toMatchObject({
      version: 1,
      runs: [{ header: { runKey: folder, state: 'stopped' }, layers: ['bn'], records: [{ step: 9 }] }],
    });
  }
  record({ type: 'divergence', epoch: 3, step: 12, layers: [{ layer: 'bn', ...measures }] });
  await expect.poll(() => page.ofType('append').at(-1)).toMatchObject({ records: [{ step: 12 }] });
  const [there, missing] = [2, 9].map((epoch) => page.ask('channels', { runKey: folder, layer: 'bn', epoch }));
  await expect.poll(() => page.said(there!)).toMatchObject([{ type: 'reply', reply: { total: 3 } }]);
  await expect.poll(() => page.said(missing!)).toMatchObject([{ type: 'failure' }]);
});

test('an epoch that is to be shown is told after the runs', async () => {
  panel.showEpoch(folder, 2);
  page.begin();
  await expect.poll(() => page.ofType('goTo')).toEqual([{ type: 'goTo', runKey: folder, epoch: 2 }]);
  expect(page.fake.posted[0]).toMatchObject({ type: 'hydrate' });
});
