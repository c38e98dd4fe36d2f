import { basename, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { formatCost } from '../../common/experiment/budget';
import { describeSettings } from '../../common/experiment/expand-sweep';
import { inlineJson } from '../../common/experiment/inline-json';
import { RunsFolderError } from '../../common/run/run-claim';
import { RunRows } from '../../common/study/run-rows';
import { parseBackend } from '../backends/select';
import { type Column, linesOf, numberColumn, tableOf, textColumn } from '../report/text-table';
import { type PlannedRun, planSweep, type Standing, shareDone, standingsOf } from '../sweep/sweep-plan';
import { SweepRunner } from '../sweep/sweep-runner';
import type { Command, Invocation } from './command';
import { readExperiment } from './experiment-files';
import { percent } from './run-console';

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'make the runs that an experiment file’s sweep stands for',
  usage: `sweep EXPERIMENT [--dry-run] [--jobs N] [--set path=value]... [--runs DIR] [--backend auto|tensorflow|wasm]

  --dry-run         list the runs, what they cost in N and how far they are, and train nothing
  --jobs N          how many runs are trained beside each other (default: 1)
  --set path=value  change a field of the experiment in all of the runs (repeatable)
  --runs DIR        where run folders go (default: runs)
  --backend NAME    what computes (default: auto, the fastest that is installed)

Runs that are finished are not made again, and those that are not are resumed: started again, the same command goes on where it was. Each
run is trained in a process of its own, which writes to trainer.log in the run's folder. A run that fails leaves the others to be trained.

Ctrl-C, SIGTERM and SIGHUP stop the runs after their current steps. Exit status 1 if a run is not finished at the end.`,
  options: { texts: ['jobs', 'runs', 'backend'], lists: ['set'], flags: ['dry-run'] },
  async run(invocation) {
    const file = invocation.single('sweep needs one experiment file: mixprop sweep EXPERIMENT.mixprop.json');
    const settings = invocation.texts('set');
    const runsFolder = resolve(invocation.text('runs') ?? 'runs');
    const backend = parseBackend(invocation.text('backend'));
    const jobs = invocation.integer('jobs', 1, 1000) ?? 1;
    const { experiment, points, lines } = readExperiment(file, settings);
    for (const line of lines) invocation.printError(line);
    if (!experiment) return 2;
    if (!points) {
      throw new UsageError(
        `${file} has no sweep: give it one, such as "sweep": { "seeds": 3 }, or train it with \`mixprop train ${file}\``,
      );
    }
    const plan = planSweep(points);
    refuseSweptSettings(settings, plan);
    const sweep = { file, name: experiment.name, runsFolder, plan };
    if (invocation.flag('dry-run')) {
      show(sweep, await standingsOf(plan, runsFolder, new RunRows()), invocation);
      return 0;
    }
    const total = plan.reduce((sum, { cost }) => sum + cost, 0);
    const progress = invocation.progress();
    const runner = new SweepRunner({
      ...sweep,
      jobs,
      signal: invocation.signal,
      trainArguments: ({ number }, id) => [
        ...['train', file, '--point', String(number), '--name', id, '--runs', runsFolder, '--backend', backend],
        ...settings.flatMap((setting) => ['--set', setting]),
      ],
      isCurrent: ({ number, digest }) => {
        const now = readExperiment(file, settings).points?.[number - 1];
        return now !== undefined && planSweep([now])[0]!.digest === digest;
      },
      onProgress: (standings) => {
        const done = plan.reduce((sum, { cost, number }) => sum + cost * shareDone(standings[number - 1]!), 0);
        progress.update(`${sweep.name}, cost in N`, Number(done.toFixed(2)), total, progressDetail(standings));
      },
      onEnd: (run, standing, words) => invocation.print(endLine(run, standing, words)),
    });
    const { standings, hasChanged } = await runner.run().catch((error: unknown) => {
      throw error instanceof RunsFolderError ? new UsageError(`${error.message} with --runs`) : error;
    });
    show(sweep, standings, invocation);
    if (hasChanged) {
      invocation.printError(
        `${file} has changed since the sweep was started, so no more runs were: start it again for those of the file as it is now`,
      );
    }
    return standings.every(({ state }) => state === 'finished') ? 0 : 1;
  },
};

/** What became of a run. @param words the last that its trainer printed, where it failed */
function endLine({ number, settings }: PlannedRun, { state, row }: Standing, words: string | undefined): string {
  const run = `run ${number} (${describeSettings(settings)})`;
  if (row === undefined) return `${run}: failed before it began: ${words}`;
  const why = state === 'failed' ? (row.reason ?? words) : words;
  return `${run}: ${state}, in ${row.folder}${why === undefined ? '' : `: ${why}`}`;
}

interface Sweep {
  file: string;
  name: string;
  runsFolder: string;
  plan: readonly PlannedRun[];
}

/** What the sweep gives a field is not for `--set` to give. */
function refuseSweptSettings(settings: readonly string[], plan: readonly PlannedRun[]): void {
  const swept = Object.keys(plan[0]?.settings ?? {});
  for (const setting of settings) {
    const field = setting.slice(0, setting.indexOf('=')).trim();
    const owner = swept.find((name) => `${name}.`.startsWith(`${field}.`) || `${field}.`.startsWith(`${name}.`));
    if (owner === undefined) continue;
    throw new UsageError(`--set ${setting}: the sweep gives ${owner} its values: change them in the file`);
  }
}

function progressDetail(standings: readonly Standing[]): string {
  const finished = standings.filter(({ state }) => state === 'finished').length;
  const training = standings.flatMap(({ state, presence, row }) =>
    presence === 'alive' && row && state !== 'finished' ? [`${row.id} epoch ${row.epoch}/${row.totalEpochs}`] : [],
  );
  return [`${finished} of ${standings.length} runs finished`, ...training].join(', ');
}

/** The table of the runs, and what is left; with `--json` a document. */
function show({ file, name, runsFolder, plan }: Sweep, standings: readonly Standing[], invocation: Invocation): void {
  const rows = plan.map((run, i) => ({ ...run, ...standings[i]! }));
  const total = plan.reduce((sum, { cost }) => sum + cost, 0);
  const left = rows.reduce((sum, row) => sum + row.cost * (1 - shareDone(row)), 0);
  const finished = rows.filter(({ state }) => state === 'finished').length;
  for (const line of linesOf(tableOf(columnsOf(rows), rows))) invocation.print(line);
  invocation.print(
    `${finished} of ${rows.length} runs are finished; all cost ${formatCost(total)}, of which ${formatCost(left)} are left`,
  );
  invocation.printJson({
    experiment: resolve(file),
    name,
    runsFolder,
    cost: { total, left },
    runs: rows.map(({ number, settings, cost, state, row }) => ({
      point: number,
      settings,
      cost,
      state,
      ...(row && { run: row.folder, epoch: row.epoch, best: row.best }),
      ...(row?.reason !== undefined && { reason: row.reason }),
    })),
  });
}

type Row = PlannedRun & Standing;

function columnsOf(rows: readonly Row[]): Column<Row>[] {
  const isSeed = (field: string) => Number(field === 'seed');
  const fields = [...new Set(rows.flatMap(({ settings }) => Object.keys(settings)))].sort(
    (a, b) => isSeed(a) - isSeed(b),
  );
  const written = (value: unknown) => (typeof value === 'string' ? value : inlineJson(value));
  return [
    numberColumn('point', ({ number }) => String(number)),
    ...fields.map((field) =>
      textColumn<Row>(field, ({ settings }) => (field in settings ? written(settings[field]) : undefined)),
    ),
    numberColumn('cost', ({ cost }) => formatCost(cost)),
    textColumn('state', ({ state, presence }) => (state === 'missing' && presence !== 'gone' ? 'starting' : state)),
    numberColumn('best top-1', ({ row }) => {
      const top1 = row?.best?.main.top1;
      return typeof top1 === 'number' ? percent(top1) : undefined;
    }),
    textColumn('run', ({ row }) => row && basename(row.folder)),
  ];
}
