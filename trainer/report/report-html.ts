import type { ToCam } from '../../common/panels/cam/cam-contract';
import type { ToCurves } from '../../common/panels/curves/curves-contract';
import type { ToDivergence } from '../../common/panels/divergence/divergence-contract';
import { escapeHtml, headHtml } from '../../common/panels/panel-html';
import type { PanelName } from '../../common/panels/panel-names';
import { panelProtocolVersion } from '../../common/panels/protocol';
import type { ToRobustness } from '../../common/panels/robustness/robustness-contract';
import { robustnessTables } from './paper-tables';
import type { ReportRun } from './report-run';
import { reportStyle } from './report-style';
import { runTable } from './run-table';
import { htmlOf } from './text-table';

export interface ReportPage {
  runs: readonly ReportRun[];
  /** What was named beside the runs but is no run, and why. */
  passedOver?: readonly string[];
  /** The built bundles of the panels. */
  scripts: Record<PanelName, string>;
  /** A random word; only scripts and styles that carry it are allowed in the page. */
  nonce: string;
  madeAt: Date;
}

/** A self-contained page: the runs in a table, their experiments, and the real panels with the runs' records. */
export function reportHtml({ runs, passedOver = [], scripts, nonce, madeAt }: ReportPage): string {
  const panels = panelsOf(runs);
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
${panels.map(panelHtml).join('')}</main>
${panels
  .map(
    ({
      name,
      messages,
    }) => `<script type="application/json" id="mixprop-messages-${name}">${jsonForHtml(messages)}</script>
<script nonce="${escapeHtml(nonce)}">${scriptForHtml(scripts[name])}</script>
`,
  )
  .join('')}</body>
</html>
`;
}

/** A panel of the page, with what the host would tell it. */
interface ReportPanel {
  name: PanelName;
  title: string;
  messages: readonly (ToCurves | ToDivergence | ToCam | ToRobustness)[];
}

/** Panels that have something to show: maps and evaluations are not in every run. */
function panelsOf(runs: readonly ReportRun[]): ReportPanel[] {
  const version = panelProtocolVersion;
  const cams = runs.map(({ cam }) => cam).filter(({ maps }) => maps.length > 0);
  const curves: ToCurves = { type: 'hydrate', version, runs: runs.map((run) => run.curves) };
  const divergence: ToDivergence = { type: 'hydrate', version, runs: runs.map((run) => run.divergence) };
  const cam: ToCam = { type: 'hydrate', version, runs: cams.map(({ run }) => run), corruptions: [] };
  const robustness: ToRobustness = { type: 'hydrate', version, runs: runs.map((run) => run.robustness) };
  const channels = runs.flatMap((run) =>
    run.channels.map((reply) => ({ type: 'reply', id: 0, name: 'channels', reply }) as const),
  );
  const pictures = cams.flatMap((run) => run.pictures.map((part) => ({ type: 'pictures', ...part }) as const));
  const maps = { type: 'reply', id: 0, name: 'maps', reply: cams.flatMap((run) => run.maps) } as const;
  const isEvaluated = robustness.runs.some(({ evaluations }) => evaluations.length > 0);
  const panels: (ReportPanel | false)[] = [
    { name: 'curves', title: 'Loss curves', messages: [curves] },
    { name: 'divergence', title: 'BN divergence', messages: [divergence, ...channels] },
    cams.length > 0 && { name: 'cam', title: 'CAM overlays', messages: [cam, ...pictures, maps] },
    isEvaluated && { name: 'robustness', title: 'Robustness', messages: [robustness] },
  ];
  return panels.filter((panel) => panel !== false);
}

/** The element that a panel's bundle fills. The curves come first and have no heading. */
function panelHtml({ name, title }: ReportPanel): string {
  const heading = name === 'curves' ? '' : `<h2 class="panel-title">${title}</h2>\n`;
  return `<section aria-label="${title}">
${heading}<div id="mixprop-${name}"></div>
</section>
`;
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
