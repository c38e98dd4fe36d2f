import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { type PanelName, panelNames } from '../../common/panels/panel-names';
import { paperTables, paperTablesMarkdown } from '../report/paper-tables';
import { type ReportPage, reportHtml } from '../report/report-html';
import { readReportRuns } from '../report/report-run';
import { runTable } from '../report/run-table';
import { markdownOf } from '../report/text-table';
import { buildFolder } from '../runtime/build-folder';
import type { Command } from './command';
import { writeOutput } from './write-output';

export const reportCommand: Command = {
  name: 'report',
  summary: 'make a self-contained page of runs',
  usage: `report RUN... [--out FILE.html] [--tables]

RUN is a run folder; what else is named, as by runs/*, is passed over with a message. Where records of a run are damaged, the
table says so.
--out writes a page with a table, corruption errors where runs were evaluated on them, the experiments, the loss curves, the
BN divergence and CAM overlays, which needs no network.
--tables prints the table as Markdown, and such as the paper's Tables 1 to 3 beside the paper's numbers.`,
  options: { texts: ['out'], flags: ['tables'] },
  async run(invocation) {
    const { positionals } = invocation;
    const out = invocation.text('out');
    const tables = invocation.flag('tables');
    if (positionals.length === 0) throw new UsageError('report needs a run folder, such as runs/my-run');
    if (out === undefined && !tables) throw new UsageError('report needs --out FILE.html, --tables, or both');
    const passedOver: string[] = [];
    const runs = await readReportRuns(positionals, (problem) => passedOver.push(problem));
    for (const problem of passedOver) invocation.printError(`passed over: ${problem}`);
    const rows = runs.map(({ row }) => row);
    for (const { label, problem } of rows) {
      if (problem !== undefined)
        invocation.warn(`${label}: ${problem}: the table of runs shows the rest, other tables leave it out`);
    }
    if (out !== undefined) {
      const scripts = Object.fromEntries(panelNames.map((name) => [name, panelScript(name)])) as ReportPage['scripts'];
      const nonce = randomBytes(16).toString('base64url');
      writeOutput(resolve(out), reportHtml({ runs, passedOver, scripts, nonce, madeAt: new Date() }));
    }
    invocation.warn(...runs.flatMap(({ evaluationProblems }) => evaluationProblems));
    if (tables) {
      invocation.print(markdownOf(runTable(rows)));
      invocation.print(paperTablesMarkdown(paperTables(runs)).trimEnd());
    }
    if (out !== undefined) invocation.print(`wrote ${out}`);
    const evaluations = runs.flatMap(({ evaluation }) => evaluation ?? []);
    invocation.printJson({ runs: rows, evaluations, passedOver, ...(out !== undefined && { out: resolve(out) }) });
    return 0;
  },
};

/** The built bundle of a panel. */
const panelScript = (panel: PanelName): string => readFileSync(join(buildFolder(), `${panel}.js`), 'utf8');
