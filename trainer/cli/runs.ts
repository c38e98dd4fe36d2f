import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../common/errors/system-error';
import { UsageError } from '../../common/errors/usage-error';
import { allFields } from '../../common/experiment/field-schema';
import { isMeasurement, unitOf } from '../../common/study/cell-kinds';
import { type Column, metricNames, settingPaths } from '../../common/study/columns';
import { FilterError, parseFilter, printFilter } from '../../common/study/filter-expression';
import { filterTest } from '../../common/study/filter-rows';
import { groupRows, groupStatistics, type RowGroup } from '../../common/study/group-rows';
import { ColumnError, resolveColumn } from '../../common/study/resolve-column';
import type { RunRow } from '../../common/study/run-row';
import { RunRows, runFoldersIn } from '../../common/study/run-rows';
import { type SortKey, sortedBy } from '../../common/study/sort-rows';
import {
  filledColumns,
  groupValue,
  tableOfGroups,
  tableOfRows,
  usualColumns,
  usualGroupColumns,
} from '../../common/study/study-table';
import { machineValue, tableFormats } from '../../common/study/table-formats';
import type { Command, Invocation } from './command';
import { Progress } from './progress';

const formats = ['table', 'csv', 'json', 'latex', 'markdown'] as const;
type Format = (typeof formats)[number];

export const runsCommand: Command = {
  name: 'runs',
  summary: 'a table of all runs, or of groups over seeds',
  usage: `runs [--runs DIR] [--filter EXPR] [--columns LIST] [--group-by LIST] [--sort FIELD[,FIELD]]
                [--format ${formats.join('|')}]

  --runs DIR       the folder with the runs (default: runs)
  --filter EXPR    only runs for which it holds: 'method = mixprop and (seed < 3 or tags = paper)'. Operators: = != < <= > >=
                   and ~ (contains), and, or, not, parentheses; top-1 as 90% or 0.9; days as started > 2026-12-01
  --columns LIST   what to show, with commas. Settings by their path or its end: learningRate, method (its type), model.width.
                   Else: ${wrapped(metricNames, 19)}
  --group-by LIST  a line for all runs with the same values in these columns: mean ± standard deviation (n − 1) over their runs.
                   Runs with damaged records do not count
  --sort LIST      the best first where that can be said, else ascending; FIELD:asc and FIELD:desc say which (default: newest first)
  --format         csv, with all digits; latex, for booktabs; markdown; json, the same as --json (default: table)`,
  options: { texts: ['runs', 'filter', 'columns', 'group-by', 'sort', 'format'] },
  async run(invocation) {
    invocation.optionsOnly('runs');
    const format = formatOf(invocation);
    const filter = invocation.text('filter');
    const expression = filter === undefined ? undefined : inFilter(() => parseFilter(filter));
    const runsFolder = resolve(invocation.text('runs') ?? 'runs');
    const all = await readRows(runsFolder, invocation);
    const resolveName = columnResolver(all);
    const columnsOf = (option: string) =>
      namesOf(invocation, option)?.map((name) => columnOf(option, name, resolveName));
    const groupBy = columnsOf('group-by');
    const asked = columnsOf('columns');
    const sort = namesOf(invocation, 'sort')?.map((field) => sortField(field, resolveName));
    const holds = expression && inFilter(() => filterTest(expression, filter!, resolveName));
    const rows = holds ? all.filter(holds) : all;
    if (rows.length === 0) invocation.printError(noRuns(runsFolder, all));
    warnOfProblems(rows, invocation);

    const document = { runsFolder, ...(expression && { filter: printFilter(expression) }) };
    if (groupBy === undefined) {
      const columns = asked ?? filledColumns(rows, usualColumns);
      const sorted = sortedBy(rows, sort?.map(rowKey) ?? [{ value: ({ startedAt }) => startedAt, descending: true }]);
      if (format === 'json') printDocument(invocation, { ...document, ...rowsDocument(sorted, columns) });
      else process.stdout.write(tableFormats[format](tableOfRows(sorted, columns)));
      return 0;
    }
    const unfinished = rows.filter(({ state }) => state !== 'finished').length;
    if (unfinished > 0)
      invocation.warn(`${unfinished} of the ${rows.length} runs have not finished: 'state = finished' leaves them out`);
    const columns = asked ?? filledColumns(rows, usualGroupColumns);
    const keys = sort?.map(groupKey) ?? groupBy.map((_, index) => ({ value: keyAt(index), descending: false }));
    const groups = sortedBy(groupRows(rows, groupBy), keys);
    if (format === 'json') printDocument(invocation, { ...document, ...groupsDocument(groups, groupBy, columns) });
    else process.stdout.write(tableFormats[format](tableOfGroups(groups, groupBy, columns)));
    return 0;
  },
};

/** Names in lines of at most 120 characters. */
function wrapped(names: readonly string[], indent: number): string {
  const lines: string[] = [];
  for (const name of names) {
    const line = lines.at(-1);
    if (line === undefined || indent + line.length + name.length + 3 > 120) lines.push(name);
    else lines[lines.length - 1] = `${line}, ${name}`;
  }
  return lines.join(`,\n${' '.repeat(indent)}`);
}

function formatOf(invocation: Invocation): Format {
  const format = invocation.oneOf('format', formats);
  if (invocation.json && format !== undefined && format !== 'json')
    throw new UsageError(`--json and --format ${format} ask for two things: leave one out`);
  return invocation.json ? 'json' : (format ?? 'table');
}

async function readRows(runsFolder: string, { signal }: Invocation): Promise<RunRow[]> {
  if (existsSync(join(runsFolder, 'experiment.json')))
    throw new UsageError(`--runs ${runsFolder} is a run: name the folder that it is in`);
  // Standard output is for the table.
  const progress = new Progress(process.stderr);
  try {
    return await new RunRows().readAll(runsFolder, {
      signal,
      onProgress: (done, total) => progress.update('reading runs', done, total),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(`--runs ${runsFolder} cannot be read: ${reasonOf(error)}`);
  }
}

/** The fields of all kinds of experiments; those that are objects left out. */
function fieldPaths(): string[] {
  const fields = allFields();
  const inner = new Set(fields.map((field) => field.slice(0, Math.max(0, field.lastIndexOf('.')))));
  return fields.filter((field) => !inner.has(field));
}

function namesOf(invocation: Invocation, option: string): string[] | undefined {
  const names = invocation
    .text(option)
    ?.split(',')
    .map((name) => name.trim());
  if (names?.includes(''))
    throw new UsageError(`--${option} ${invocation.text(option)}: a name between commas is empty`);
  return names && [...new Set(names)];
}

type ResolveName = (name: string) => Column;

/** Of the settings of the runs, else of all that there can be. */
function columnResolver(rows: readonly RunRow[]): ResolveName {
  const paths = settingPaths(rows);
  return (name) => {
    try {
      return resolveColumn(name, paths);
    } catch {
      return resolveColumn(name, [...new Set([...paths, ...fieldPaths()])]);
    }
  };
}

function columnOf(option: string, name: string, resolveName: ResolveName): Column {
  try {
    return resolveName(name);
  } catch (error) {
    throw error instanceof ColumnError ? new UsageError(`--${option}: ${error.message}`) : error;
  }
}

interface SortField {
  column: Column;
  descending: boolean;
}

function sortField(field: string, resolveName: ResolveName): SortField {
  const [name, direction, ...rest] = field.split(':') as [string, ...string[]];
  if (rest.length > 0 || (direction !== undefined && direction !== 'asc' && direction !== 'desc'))
    throw new UsageError(`--sort: write ${name}:asc or ${name}:desc, not "${field}"`);
  const column = columnOf('sort', name, resolveName);
  return { column, descending: direction === undefined ? column.better === 'higher' : direction === 'desc' };
}

const rowKey = ({ column, descending }: SortField): SortKey<RunRow> => ({ value: column.value, descending });

const groupKey = ({ column, descending }: SortField): SortKey<RowGroup> => ({
  value: (group) => groupValue(group, column),
  descending,
});

const keyAt =
  (index: number) =>
  ({ keys }: RowGroup) =>
    keys[index];

/** @throws UsageError that points into the expression */
function inFilter<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof FilterError ? new UsageError(`--filter: ${error.pointed}`) : error;
  }
}

function noRuns(runsFolder: string, all: readonly RunRow[]): string {
  if (all.length > 0) return `none of the ${all.length} runs in ${runsFolder} is what --filter asks for`;
  const inner = readdirSync(runsFolder)
    .map((name) => join(runsFolder, name))
    .filter((folder) => hasRuns(folder));
  const remedy = inner.length === 0 ? 'train an experiment, or name another folder' : `name ${inner.join(' or ')}`;
  return `there are no runs in ${runsFolder}: ${remedy} with --runs`;
}

function hasRuns(folder: string): boolean {
  try {
    return runFoldersIn(folder).length > 0;
  } catch {
    return false;
  }
}

const problemsShown = 10;

function warnOfProblems(rows: readonly RunRow[], invocation: Invocation): void {
  const problems = rows.flatMap(({ label, problem, furtherProblems }) =>
    [...(problem === undefined ? [] : [problem]), ...furtherProblems].map((text) => `${label}: ${text}`),
  );
  invocation.warn(...problems.slice(0, problemsShown));
  const more = problems.length - problemsShown;
  if (more > 0) invocation.warn(`${more} further problems; --columns run,problem lists the damaged runs`);
}

function printDocument(invocation: Invocation, document: object): void {
  if (invocation.json) invocation.printJson(document);
  else invocation.print(JSON.stringify(document));
}

function columnsDocument(columns: readonly Column[]): object[] {
  return columns.map(({ name, title, kind, better }) => {
    const unit = unitOf(kind);
    return { name, title, ...(unit && { unit }), ...(better && { better }) };
  });
}

function rowsDocument(rows: readonly RunRow[], columns: readonly Column[]): object {
  const runs = rows.map((row) => {
    const { id, label, folder, problem, furtherProblems } = row;
    const problems = [...(problem === undefined ? [] : [problem]), ...furtherProblems];
    const values = columns.map(({ name, kind, value }) => [name, machineValue(kind, value(row))]);
    return { id, label, folder, ...(problems.length > 0 && { problems }), values: Object.fromEntries(values) };
  });
  return { columns: columnsDocument(columns), runs };
}

function groupsDocument(groups: readonly RowGroup[], by: readonly Column[], columns: readonly Column[]): object {
  return {
    groupBy: columnsDocument(by),
    columns: columnsDocument(columns),
    groups: groups.map((group) => ({
      keys: Object.fromEntries(by.map(({ name, kind }, index) => [name, machineValue(kind, group.keys[index])])),
      runs: group.rows.map(({ label }) => label),
      values: Object.fromEntries(
        columns.map((column) => [
          column.name,
          isMeasurement(column.kind) ? groupStatistics(group, column) : groupValue(group, column),
        ]),
      ),
    })),
  };
}
