import type { ToCam } from '../../common/panels/cam/cam-contract';
import type { ToCurves } from '../../common/panels/curves/curves-contract';
import type { ToDivergence } from '../../common/panels/divergence/divergence-contract';
import { escapeHtml, headHtml } from '../../common/panels/panel-html';
import { panelProtocolVersion } from '../../common/panels/protocol';
import type { ToRobustness } from '../../common/panels/robustness/robustness-contract';
import { robustnessTables } from './paper-tables';
import { robustnessMessages } from './report-robustness';
import type { ReportRun } from './report-run';
import { reportStyle } from './report-style';
import { runTable } from './run-table';
import { htmlOf } from './text-table';

export interface ReportPage {
  runs: readonly ReportRun[];
  /** What was named beside the runs and is none, in words. */
  passedOver?: readonly string[];
  /** The built bundle of the curves panel. */
  curvesScript: string;
  /** The built bundle of the divergence panel. */
  divergenceScript: string;
  /** The built bundle of the CAM panel. */
  camScript: string;
  /** The built bundle of the robustness panel. */
  robustnessScript: string;
  /** A random word; only scripts and styles that carry it are allowed in the page. */
  nonce: string;
  madeAt: Date;
}

/** A self-contained page: the runs in a table, their experiments, and the real panels with the runs' records. */
export function reportHtml({
  runs,
  passedOver = [],
  curvesScript,
  divergenceScript,
  camScript,
  robustnessScript,
  nonce,
  madeAt,
}: ReportPage): string {
  const messages: ToCurves[] = [
    { type: 'hydrate', version: panelProtocolVersion, runs: runs.map(({ curves }) => curves) },
  ];
  const hasMaps = runs.some(({ cam }) => cam.maps.length > 0);
  const robustness = robustnessMessages(runs.map((run) => run.robustness));
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
${passedOverHtml(passedOver)}<div class="table">${htmlOf(runTable(runs.map(({ row }) => row)))}</div>
${robustnessHtml(runs)}${runs.map(experimentHtml).join('\n')}
</header>
<main>
<section id="mixprop-curves" aria-label="Loss curves"></section>
<section aria-label="BN divergence">
<h2 class="panel-title">BN divergence</h2>
<div id="mixprop-divergence"></div>
</section>
${hasMaps ? camSection : ''}${robustness ? robustnessSection : ''}</main>
<script type="application/json" id="mixprop-messages-curves">${jsonForHtml(messages)}</script>
<script type="application/json" id="mixprop-messages-divergence">${jsonForHtml(divergenceMessages(runs))}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(curvesScript)}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(divergenceScript)}</script>
${hasMaps ? camScriptsHtml(runs, camScript, nonce) : ''}${robustness ? robustnessScriptsHtml(robustness, robustnessScript, nonce) : ''}</body>
</html>
`;
}

const camSection = `<section aria-label="CAM overlays">
<h2 class="panel-title">CAM overlays</h2>
<div id="mixprop-cam"></div>
</section>
`;

/** The pictures and maps of the runs that recorded any, and the panel. */
function camScriptsHtml(runs: readonly ReportRun[], script: string, nonce: string): string {
  const cams = runs.map(({ cam }) => cam).filter(({ maps }) => maps.length > 0);
  const messages: ToCam[] = [
    { type: 'hydrate', version: panelProtocolVersion, runs: cams.map(({ run }) => run), corruptions: [] },
    ...cams.flatMap(({ pictures }) => pictures.map((part): ToCam => ({ type: 'pictures', ...part }))),
    { type: 'reply', id: 0, name: 'maps', reply: cams.flatMap(({ maps }) => maps) },
  ];
  return `<script type="application/json" id="mixprop-messages-cam">${jsonForHtml(messages)}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(script)}</script>
`;
}

const robustnessSection = `<section aria-label="Robustness">
<h2 class="panel-title">Robustness</h2>
<div id="mixprop-robustness"></div>
</section>
`;

function robustnessScriptsHtml(messages: readonly ToRobustness[], script: string, nonce: string): string {
  return `<script type="application/json" id="mixprop-messages-robustness">${jsonForHtml(messages)}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(script)}</script>
`;
}

/** All records, and the channels of each run's last epoch. */
function divergenceMessages(runs: readonly ReportRun[]): ToDivergence[] {
  return [
    { type: 'hydrate', version: panelProtocolVersion, runs: runs.map(({ divergence }) => divergence) },
    ...runs.flatMap(({ channels }) =>
      channels.map((layer): ToDivergence => ({ type: 'reply', id: 0, name: 'channels', reply: layer })),
    ),
  ];
}

function passedOverHtml(problems: readonly string[]): string {
  if (problems.length === 0) return '';
  const items = problems.map((problem) => `<li>${escapeHtml(problem)}</li>`).join('');
  return `<details class="passed-over">
<summary>Passed over: ${problems.length}</summary>
<ul>${items}</ul>
</details>
`;
}

/** The tables of corrupted images, where runs were evaluated on them. */
function robustnessHtml(runs: readonly ReportRun[]): string {
  return robustnessTables(runs)
    .map(
      ({ title, table, caption }) => `<section class="robustness">
<h2>${escapeHtml(title)}</h2>
<div class="table">${htmlOf(table)}</div>
<p>${escapeHtml(caption)}</p>
</section>
`,
    )
    .join('');
}

function experimentHtml({ row, experiment }: ReportRun): string {
  return `<details>
<summary>Experiment of ${escapeHtml(row.label)}</summary>
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
