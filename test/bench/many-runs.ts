/**
 * How long many runs take to be listed: `node test/bench/run.mjs many-runs`, with MIXPROP_BENCH_RUNS for another number than 1,000.
 * Writes that many plausible runs into a temporary folder and prints medians in ms: their rows when nothing has been kept of them,
 * when all has been kept by another process, when this process knows them, and when one of them has changed; and filtering,
 * sorting and grouping those rows. `mixprop runs` as a process of its own is measured with the program in dist/.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExperimentInput, experimentSchema } from '../../common/experiment/schema';
import type { RunEventBody } from '../../common/run/events';
import { runPaths } from '../../common/run/run-folder';
import { settingPaths } from '../../common/study/columns';
import { parseFilter } from '../../common/study/filter-expression';
import { filterTest } from '../../common/study/filter-rows';
import { groupRows } from '../../common/study/group-rows';
import { keptRecordsFile } from '../../common/study/kept-records';
import { resolveColumn } from '../../common/study/resolve-column';
import type { RunRow } from '../../common/study/run-row';
import { RunRows } from '../../common/study/run-rows';
import { sortedBy } from '../../common/study/sort-rows';
import { tableOfGroups, tableOfRows, usualColumns } from '../../common/study/study-table';
import { endWith, median } from './measuring';

const runCount = Number(process.env.MIXPROP_BENCH_RUNS ?? 1000);
const repeats = 9;
const epochs = 30;
const stepsPerEpoch = 40;
/** From then on files are old enough for their times to be trusted. */
const settledMs = 2100;

const methods: NonNullable<ExperimentInput['method']>[] = [
  { type: 'vanilla' },
  { type: 'mixup' },
  { type: 'mixprop' },
  { type: 'advprop' },
];

/** A run of 30 epochs; one in thirteen was stopped half-way, one in seven has notes. */
function writeRun(folder: string, index: number): void {
  const seed = (index % 5) + 1;
  const method = methods[index % methods.length]!;
  const width = 16 * 2 ** (index % 3);
  const experiment = experimentSchema.parse({
    name: `study-${index % 20}`,
    seed,
    method,
    model: { width },
    optimizer: { learningRate: [0.1, 0.05, 0.01][index % 3] },
    training: { epochs },
  });
  const hasAux = method.type !== 'vanilla' && method.type !== 'mixup';
  const paths = runPaths(folder);
  mkdirSync(folder);
  writeFileSync(paths.experiment, JSON.stringify(experiment));
  const environment = { mixprop: '0.1.0', node: 'v22.0.0', platform: 'linux x64', backend: 'wasm', device: '2 cores' };
  writeFileSync(paths.environment, JSON.stringify({ ...environment, host: 'here', libraries: {}, baseFolder: '/' }));
  const lines: string[] = [];
  const start = 1_790_000_000_000 + index * 3_600_000;
  const add = (body: RunEventBody) =>
    lines.push(JSON.stringify({ seq: lines.length + 1, time: start + 1000 * lines.length, ...body }));
  const wave = (step: number) => 0.02 * Math.sin(step * (1 + (index % 7)));
  add({ type: 'status', state: 'running', totalSteps: epochs * stepsPerEpoch, totalEpochs: epochs });
  const lastEpoch = index % 13 === 0 ? epochs / 2 : epochs;
  for (let epoch = 1; epoch <= lastEpoch; epoch++) {
    const lossAt = (step: number) => 2 / Math.sqrt(1 + step / stepsPerEpoch) + wave(step);
    const terms = (loss: number) => ({ total: 2 * loss, main: loss, ...(hasAux && { aux: loss + 0.1 }) });
    for (let step = (epoch - 1) * stepsPerEpoch + 1; step <= epoch * stepsPerEpoch; step++)
      add({
        type: 'step',
        step,
        epoch,
        learningRate: 0.1,
        loss: terms(lossAt(step)),
        imagesPerSecond: 200 + wave(step),
      });
    const top1 = 0.9 - 0.5 / epoch + wave(epoch + seed);
    const branch = { loss: 1 / epoch, top1, top5: (1 + top1) / 2 };
    add({
      type: 'epoch',
      epoch,
      step: epoch * stepsPerEpoch,
      learningRate: 0.1,
      train: { loss: terms(lossAt(epoch * stepsPerEpoch)) },
      validation: { main: branch, ...(hasAux && { aux: branch }) },
      seconds: { training: 20, loading: 1, validation: 3 },
    });
  }
  add({ type: 'status', state: lastEpoch === epochs ? 'finished' : 'stopped' });
  writeFileSync(paths.events, `${lines.join('\n')}\n`);
  if (index % 7 === 0)
    writeFileSync(paths.notes, JSON.stringify({ format: 1, tags: ['paper'], star: index % 14 === 0 }));
}

async function medianOf(run: () => unknown, prepare: () => unknown = () => {}): Promise<string> {
  const times: number[] = [];
  for (let index = 0; index < repeats; index++) {
    await prepare();
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return `${median(times).toFixed(1)} ms`;
}

async function benchmark(): Promise<void> {
  const runsFolder = mkdtempSync(join(tmpdir(), 'mixprop-many-runs-'));
  try {
    for (let index = 0; index < runCount; index++) writeRun(join(runsFolder, `study-${index}`), index);
    await new Promise((resolve) => setTimeout(resolve, settledMs));
    process.stdout.write(`${runCount} runs of up to ${epochs * stepsPerEpoch} steps; medians of ${repeats}\n`);
    const say = async (what: string, time: Promise<string>) =>
      process.stdout.write(`${what.padEnd(44)} ${await time}\n`);
    const forget = () => rmSync(keptRecordsFile(runsFolder), { force: true });
    await measureReading(runsFolder, say, forget);
    await measureRows(await new RunRows().readAll(runsFolder), say);
    const program = join(__dirname, 'mixprop.js');
    const list = () => spawnSync(process.execPath, [program, 'runs', '--runs', runsFolder, '--filter', 'seed < 3']);
    await say('mixprop runs, nothing kept', medianOf(list, forget));
    await say('mixprop runs, again', medianOf(list));
    await say(
      'mixprop --version',
      medianOf(() => spawnSync(process.execPath, [program, '--version'])),
    );
  } finally {
    rmSync(runsFolder, { recursive: true });
  }
}

type Say = (what: string, time: Promise<string>) => Promise<unknown>;

async function measureReading(runsFolder: string, say: Say, forget: () => void): Promise<void> {
  await say(
    'rows, nothing kept',
    medianOf(() => new RunRows().readAll(runsFolder), forget),
  );
  await say(
    'rows, kept by another process',
    medianOf(() => new RunRows().readAll(runsFolder)),
  );
  const known = new RunRows();
  await known.readAll(runsFolder);
  await say(
    'rows, known to this process',
    medianOf(() => known.readAll(runsFolder)),
  );
  const { events } = runPaths(join(runsFolder, 'study-1'));
  let seq = 10_000;
  const record = () =>
    appendFileSync(events, `${JSON.stringify({ seq: ++seq, time: 0, type: 'warning', message: '' })}\n`);
  await say(
    'rows, one of them changed',
    medianOf(() => known.readAll(runsFolder), record),
  );
}

async function measureRows(rows: readonly RunRow[], say: Say): Promise<void> {
  const text = 'method = mixprop and (seed < 3 or width > 16) and not tags ~ draft';
  const paths = settingPaths(rows);
  await say(
    'filter',
    medianOf(() => rows.filter(filterTest(parseFilter(text), text, (name) => resolveColumn(name, settingPaths(rows))))),
  );
  const columns = ['bestTop1', 'seed'].map((name) => resolveColumn(name, paths));
  const keys = columns.map(({ value }) => ({ value, descending: true }));
  await say(
    'sort by two columns',
    medianOf(() => sortedBy(rows, keys)),
  );
  await say(
    'table',
    medianOf(() => tableOfRows(rows, usualColumns)),
  );
  const by = ['method', 'width', 'learningRate'].map((name) => resolveColumn(name, paths));
  await say(
    'groups with means',
    medianOf(() => tableOfGroups(groupRows(rows, by), by, usualColumns)),
  );
}

endWith(benchmark());
