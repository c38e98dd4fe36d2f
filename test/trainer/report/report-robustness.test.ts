import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPaths } from '../../../common/run/run-folder';
import { reportHtml } from '../../../trainer/report/report-html';
import { readReportRuns } from '../../../trainer/report/report-run';
import { someEvaluation } from '../../common/run/evaluation-fixture';
import { temporaryFolder, writeRun } from './report-fixture';

const scripts = { curves: '', divergence: '', cam: '', robustness: 'let r;' };
const htmlOf = async (...folders: string[]) =>
  reportHtml({ runs: await readReportRuns(folders), scripts, nonce: 'n', madeAt: new Date(0) });

test('a report holds the robustness panel with the evaluations of its runs, the newest ten of each', async () => {
  const parent = temporaryFolder();
  const [run, other] = [writeRun(parent, 'run'), writeRun(parent, 'other', { method: 'vanilla' })];
  const place = runPaths(run).evaluations;
  mkdirSync(place, { recursive: true });
  for (let day = 1; day <= 12; day++) {
    const created = `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`;
    writeFileSync(join(place, `best-${day}.json`), JSON.stringify(someEvaluation({ created })));
  }
  const html = await htmlOf(run, other);
  const [message] = JSON.parse(/id="mixprop-messages-robustness">(.*)<\/script>/.exec(html)![1]!);
  expect(message.type).toBe('hydrate');
  expect(message.runs.map(({ evaluations }: { evaluations: object[] }) => evaluations.length)).toEqual([10, 0]);
  expect(message.runs[0].evaluations[0].name).toBe('best-12');
  expect(html).toContain('<div id="mixprop-robustness"></div>');
  expect(html).toContain('let r;');
});

test('without an evaluation there is no robustness panel', async () => {
  const html = await htmlOf(writeRun(temporaryFolder(), 'run'));
  expect(html).not.toContain('mixprop-robustness');
  expect(html).not.toContain('let r;');
});
