import { commonCorruptions } from '../../common/experiment/corruption-names';
import { datasetFacts } from '../../common/experiment/datasets/datasets';
import { methodLabel, methodTypes } from '../../common/experiment/methods/methods';
import {
  type PaperDistorted,
  paperClean,
  paperCleanSettings,
  paperDistorted,
  paperDistortedSettings,
} from '../../common/experiment/paper-results';
import type { Experiment } from '../../common/experiment/schema';
import {
  type BranchEvaluation,
  type EvaluatedBranch,
  type Evaluation,
  evaluatedBranches,
  meanError,
  normalisationLabel,
} from '../../common/run/evaluations';
import type { RunRow } from './run-table';
import { type Column, markdownOf, numberColumn, type TextTable, tableOf, textColumn } from './text-table';

/** A run, as the tables need it. */
export interface TableRun {
  experiment: Experiment;
  row: RunRow;
  /** The one to show; absent where there is none. */
  evaluation?: Evaluation;
}

/** A table shaped as one of the paper's, and what differs from the paper. */
export interface PaperTable {
  title: string;
  table: TextTable;
  caption: string;
}

/** The tables of clean images (shaped as Tables 1 and 2) and of distorted ones (as Table 3, and by corruption). */
export function paperTables(runs: readonly TableRun[]): PaperTable[] {
  return [...cleanTables(runs), ...robustnessTables(runs)];
}

/** The tables as Markdown, each with title and caption. */
export function paperTablesMarkdown(tables: readonly PaperTable[]): string {
  return tables.map(({ title, table, caption }) => `**${title}**\n\n${markdownOf(table)}\n${caption}\n`).join('\n');
}

/** A table for each data set and kind of network. */
function cleanTables(runs: readonly TableRun[]): PaperTable[] {
  // Where records are missing, the best accuracy may be among them.
  const measured = runs.flatMap((run) => {
    const paper = paperClean[run.experiment.model.architecture];
    return paper && run.row.main !== undefined && run.row.problem === undefined ? [{ ...run, paper }] : [];
  });
  const groups = groupBy(measured, ({ experiment, paper }) => JSON.stringify([paper.table, datasetText(experiment)]));
  return groups.map((members) => {
    const { table: number } = members[0].paper;
    const methods = [...members]
      .sort((a, b) => methodTypes.indexOf(a.experiment.method.type) - methodTypes.indexOf(b.experiment.method.type))
      .map(({ experiment }) => experiment.method);
    const labels = [...new Map(methods.map((method) => [methodLabel(method), paperMethod(method)]))];
    const rows: string[][] = [];
    for (const sameNetwork of groupBy(members, ({ row }) => row.network)) {
      const cells = labels.map(([label]) => {
        const values = sameNetwork.filter(({ row }) => row.method === label).map(({ row }) => 100 * row.main!.best);
        if (values.length === 0) return '–';
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.length === 1 ? mean.toFixed(2) : `${mean.toFixed(2)} (${values.length} runs)`;
      });
      const { network, top1 } = sameNetwork[0].paper;
      const paper = labels.map(([, type]) => (type && top1[type]?.toFixed(2)) ?? '–');
      rows.push([sameNetwork[0].row.network, ...cells], [`paper: ${network}`, ...paper]);
    }
    return {
      title: `Clean images (as Table ${number}): top-1 in %, higher is better`,
      table: {
        columns: [{ title: 'Architecture', numeric: false }, ...labels.map(([title]) => ({ title, numeric: true }))],
        rows,
      },
      caption: `Through main, the best of all validations. Ours: ${trainingText(members)}. The paper: ${paperCleanSettings[number]}.`,
    };
  });
}

/** Two tables for runs that were evaluated on the same images: shaped as Table 3, and by corruption. */
export function robustnessTables(runs: readonly TableRun[]): PaperTable[] {
  const lines = runs.flatMap(({ evaluation, ...run }) =>
    evaluation && hasDistorted(evaluation)
      ? evaluatedBranches.flatMap((branch) => {
          const measured = evaluation.branches[branch];
          return measured ? [{ ...run, evaluation, branch, measured }] : [];
        })
      : [],
  );
  const groups = groupBy(lines, ({ evaluation, measured }) =>
    JSON.stringify([
      evaluation.source,
      evaluation.imageList,
      evaluation.stylized?.path,
      measured.summary && normalisationLabel(measured.summary),
    ]),
  );
  return groups.flatMap((members) => [distortedTable(members), ...corruptionTables(members)]);
}

interface Line extends TableRun {
  evaluation: Evaluation;
  branch: EvaluatedBranch;
  measured: BranchEvaluation;
}

/** The paper's method that a run used; undefined if the paper has none such. */
function paperMethod(method: Experiment['method']): Experiment['method']['type'] | undefined {
  return method.type === 'mixprop' && method.auxiliary !== 'mixup' ? undefined : method.type;
}

const hasDistorted = ({ branches, stylized }: Evaluation): boolean =>
  stylized !== undefined || Object.values(branches).some(({ summary }) => summary !== undefined);

function distortedTable(lines: readonly Line[]): PaperTable {
  const { summary } = lines[0].measured;
  const isNormalised = summary?.mCE !== undefined;
  const columns: Column<Line>[] = [
    ...lineColumns,
    numberColumn('Clean top-1 ↑', ({ measured }) => percent(measured.clean.top1)),
    ...(isNormalised
      ? [
          numberColumn<Line>('mCE ↓', ({ measured }) => measured.summary?.mCE?.toFixed(2)),
          numberColumn<Line>('Relative mCE ↓', ({ measured }) => measured.summary?.relativeMCE?.toFixed(2)),
        ]
      : [numberColumn<Line>('Mean error ↓', ({ measured }) => measured.summary?.unnormalised.toFixed(2))]),
    numberColumn('Stylized top-1 ↑', ({ measured: { stylized } }) => stylized && percent(stylized.top1)),
    numberColumn('Paper: mCE ↓', (line) => paperLine(line)?.mCE.toFixed(1)),
    numberColumn('Paper: Stylized top-1 ↑', (line) => paperLine(line)?.stylizedTop1.toFixed(1)),
  ];
  const label = summary && normalisationLabel(summary);
  return {
    title: 'Distorted images (as Table 3), in %',
    table: tableOf(columns, lines),
    caption: `${label ? `${label.replace(/^mean/, 'Mean')}. ` : ''}${evaluationText(lines)} The paper: ${paperDistortedSettings}; it does not say what mCE is normalised by.`,
  };
}

function paperLine({ experiment, branch }: Line): PaperDistorted | undefined {
  const method = paperMethod(experiment.method);
  return method && paperDistorted(experiment.model.architecture, method, branch);
}

/** Empty without corruptions. */
function corruptionTables(lines: readonly Line[]): PaperTable[] {
  const names = commonCorruptions.filter((name) => lines.some(({ measured }) => measured.corruptions[name]));
  if (names.length === 0) return [];
  const { summary } = lines[0].measured;
  const isNormalised = summary?.corruptionErrors !== undefined;
  const columns = names.map((name) =>
    numberColumn<Line>(name, ({ measured: { summary, corruptions } }) =>
      (summary?.corruptionErrors?.[name] ?? (corruptions[name] && meanError(corruptions[name])))?.toFixed(1),
    ),
  );
  return [
    {
      title: isNormalised ? 'Corruption errors, in %' : 'Errors by corruption, in %',
      table: tableOf([...lineColumns, ...columns], lines),
      caption: isNormalised
        ? `Error over the severities divided by that of the baseline: ${normalisationLabel(summary)}.`
        : 'Top-1 error, mean over the severities, not normalised.',
    },
  ];
}

/** Which run and branch a line is of. */
const lineColumns: readonly Column<Line>[] = [
  textColumn('Run', ({ row }) => row.label),
  textColumn('Network and method', ({ row, branch }) => {
    const through = branch === 'confidence' ? 'more confident BN' : `${branch} BN`;
    return `${row.network} ${row.method} (${through})`;
  }),
];

const percent = (fraction: number): string => (100 * fraction).toFixed(2);

/** What was evaluated and how it was trained, in sentences. */
function evaluationText(lines: readonly Line[]): string {
  const { images, source, dataset } = lines[0].evaluation;
  const from =
    source === null
      ? ''
      : source.kind === 'made'
        ? `, corrupted by the product (strength ${source.strength}, seed ${source.seed}${source.frost === undefined ? ', frost textures of its own' : ''})`
        : ', corrupted ones read from a folder';
  const checkpoints = [
    ...new Set(
      lines.map(
        ({ evaluation: { checkpoint, epoch } }) => `${checkpoint}${epoch === null ? '' : `, of epoch ${epoch}`}`,
      ),
    ),
  ];
  return `Ours: ${images} validation images of ${dataset.classes} classes at ${dataset.imageSize} px${from}; checkpoint ${checkpoints.join(' or ')}; ${trainingText(lines)}.`;
}

/** How runs were trained, with all values where they differ. */
function trainingText(runs: readonly TableRun[]): string {
  const all = (of: (run: TableRun) => string) => [...new Set(runs.map(of))].join(' or ');
  const seeds = new Set(runs.map(({ experiment }) => experiment.seed));
  return [
    all(({ experiment }) => datasetText(experiment)),
    `width ${all(({ experiment }) => String(experiment.model.width))}`,
    `${all(({ row }) => (row.epochs === row.totalEpochs ? String(row.epochs) : `${row.epochs} of ${row.totalEpochs}`))} epochs`,
    `batch ${all(({ experiment }) => String(experiment.training.batchSize))}`,
    seeds.size === 1 ? `seed ${[...seeds][0]} alone` : `${seeds.size} seeds`,
  ].join(', ');
}

function datasetText({ dataset }: Experiment): string {
  const title = datasetFacts(dataset.type).title(dataset);
  const size = 'imageSize' in dataset ? ` at ${dataset.imageSize} px` : '';
  const images = dataset.trainingImages === null ? 'all training images' : `${dataset.trainingImages} training images`;
  return `${title}${size}, ${images}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
