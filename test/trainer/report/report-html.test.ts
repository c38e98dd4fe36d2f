import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonForHtml, reportHtml, scriptForHtml } from '../../../trainer/report/report-html';
import { readReportRuns } from '../../../trainer/report/report-run';
import { temporaryFolder, writeRun } from './report-fixture';

describe('a report', () => {
  test('holds the table, the experiments and the records, and allows only its own script', async () => {
    const folder = temporaryFolder();
    const runs = await readReportRuns([
      writeRun(folder, 'mixprop', { resumedAt: 8, explainEvery: 2 }),
      writeRun(folder, 'vanilla', { method: 'vanilla', name: '<b><script>' }),
    ]);
    const madeAt = new Date('2025-03-01T12:34:56Z');
    const html = reportHtml({
      runs,
      scripts: { curves: 'const a = "</script>";', divergence: '', cam: '', robustness: '' },
      nonce: 'xyz',
      madeAt,
    });
    expect(html).toContain('2 runs · made 2025-03-01 12:34 UTC');
    expect(html).toContain('script-src &#39;nonce-xyz&#39;');
    expect(html.match(/<\/script/g)).toHaveLength(4);
    expect(html).not.toContain('<b>');
    expect(html).not.toMatch(/https?:|url\(|@import/);
    const stored = /<script type="application\/json" id="mixprop-messages-curves">(.*)<\/script>/.exec(html)?.[1];
    expect(JSON.parse(stored!)).toEqual([{ type: 'hydrate', version: 1, runs: runs.map(({ curves }) => curves) }]);
    expect(runs[0]?.curves.steps.step).toHaveLength(20);
    expect(runs[0]?.curves.restarts).toEqual([8]);
    expect(runs[1]?.curves.steps.aux).toEqual([]);
    const looked = JSON.parse(stored!)[0].runs[0].localisation;
    expect(looked).toMatchObject({ epoch: [2, 4], step: [10, 20], images: [8, 8], withRegion: [6, 6] });
    expect(looked.agreement.every((value: number) => value > 0.5 && value < 1)).toBe(true);
    expect(runs[1]?.curves.localisation.epoch).toEqual([]);
  });

  test('a run whose trainer is gone is shown as failed', async () => {
    const [run] = await readReportRuns([writeRun(temporaryFolder(), 'dead', { end: 'running', steps: 7 })]);
    expect(run?.row).toMatchObject({ state: 'failed', epochs: 1, totalEpochs: 4 });
    expect(run?.curves.header).toMatchObject({ state: 'failed', step: 7 });
    expect(run?.curves.header.reason).toBeTruthy();
  });
});

test('inlined JSON cannot end its element and stays the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', '<', ''), (value, text) => {
      const inlined = jsonForHtml([value, text]);
      expect(inlined).not.toContain('<');
      expect(JSON.parse(inlined)).toEqual(JSON.parse(JSON.stringify([value, text])));
    }),
  );
});

test('an inlined script cannot end its element and means the same', () => {
  const script = `[ "</script><!--", \`</SCRIPT>\${1}<!--\`, /<\\/script|<!--/.test("<!--") ]\n//# sourceMappingURL=x.js.map\n`;
  const inlined = scriptForHtml(script);
  expect(inlined).not.toMatch(/<\/script|<!--|sourceMappingURL/i);
  expect(JSON.stringify(runInNewContext(inlined))).toBe(JSON.stringify(runInNewContext(script)));
});
