import type { ToCurves, ToDivergence } from '../../webview/protocol';
import { escapeHtml, headHtml } from '../run/panel-html';
import type { ReportRun } from './report-run';
import { reportStyle } from './report-style';
import { runColumns } from './run-table';

export interface ReportPage {
  runs: readonly ReportRun[];
  /** The built bundle of the curves panel. */
  curvesScript: string;
  /** The built bundle of the divergence panel. */
  divergenceScript: string;
  /** A random word; only scripts and styles that carry it are allowed in the page. */
  nonce: string;
  madeAt: Date;
}

/** A self-contained page: the runs in a table, their experiments, and the real panels with the runs' records. */
export function reportHtml({ runs, curvesScript, divergenceScript, nonce, madeAt }: ReportPage): string {
  const messages: ToCurves[] = [{ type: 'hydrate', version: 1, runs: runs.map(({ curves }) => curves) }];
  const count = runs.length === 1 ? 'One run' : `${runs.length} runs`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
${headHtml('MixProp Studio report', nonce)}
<style nonce="${escapeHtml(nonce)}">${reportStyle}</style>
</head>
<body>
<header class="report">
<h1>MixProp Studio report</h1>
<p>${count} · made ${escapeHtml(madeAt.toISOString().slice(0, 16).replace('T', ' '))} UTC</p>
<div class="table">${tableHtml(runs)}</div>
${runs.map(experimentHtml).join('\n')}
</header>
<main>
<section id="mixprop-curves" aria-label="Loss curves"></section>
<section aria-label="BN divergence">
<h2 class="panel-title">BN divergence</h2>
<div id="mixprop-divergence"></div>
</section>
</main>
<script type="application/json" id="mixprop-messages-curves">${jsonForHtml(messages)}</script>
<script type="application/json" id="mixprop-messages-divergence">${jsonForHtml(divergenceMessages(runs))}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(curvesScript)}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(divergenceScript)}</script>
</body>
</html>
`;
}

/** All records, and the channels of each run's last epoch. */
function divergenceMessages(runs: readonly ReportRun[]): ToDivergence[] {
  return [
    { type: 'hydrate', version: 1, runs: runs.map(({ divergence }) => divergence) },
    ...runs.flatMap(({ channels }) =>
      channels.map((layer): ToDivergence => ({ type: 'channels', requestId: 0, channels: layer })),
    ),
  ];
}

function tableHtml(runs: readonly ReportRun[]): string {
  const className = (numeric: boolean) => (numeric ? ' class="number"' : '');
  const head = runColumns
    .map(({ title, numeric }) => `<th scope="col"${className(numeric)}>${escapeHtml(title)}</th>`)
    .join('');
  const rows = runs.map(({ row }) => {
    const cells = runColumns.map(({ numeric, cell }) => `<td${className(numeric)}>${escapeHtml(cell(row))}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function experimentHtml({ row, experiment }: ReportRun): string {
  return `<details>
<summary>Experiment of ${escapeHtml(row.runId)}</summary>
<pre>${escapeHtml(JSON.stringify(experiment, null, 2))}</pre>
</details>`;
}

/** JSON inside a script element: nothing in it can end the element. */
export function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/**
 * JavaScript inside a script element: what would end the element or open a comment gets a backslash, which means nothing in
 * a string, a template or a regular expression. The pointer to the source map is dropped.
 */
export function scriptForHtml(script: string): string {
  return script
    .replace(/<\/(script)/gi, '<\\/$1')
    .replaceAll('<!--', '<\\!--')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');
}
