import type { SettingValue } from '../../common/experiment/flat-settings';
import type { EvaluatedBranch } from '../../common/run/evaluations';
import { readableName } from '../../common/run/readable-names';
import { alignedLines, displayWidth } from '../../common/study/aligned-lines';
import type { ClassResult, ComparedRun, MeasuredTop1, RunComparison } from '../../common/study/compare-runs';
import type { DisputedImage } from '../../common/study/paired-predictions';
import { rowName } from '../../common/study/run-row';
import type { SeedMean, SeedTest } from '../../common/study/seed-statistics';
import type { Interval } from '../../common/study/statistics/interval';

/** Characters of a line. */
const width = 100;
const listedImages = 10;
const listedConfusions = 5;
const listedClasses = 20;
/** Of more runs there are too many pairs to list images of each. */
const mostRunsWithImages = 3;

/** What a run is called in tables: A to H. */
export const letterOf = (run: number): string => String.fromCharCode(65 + run);

/** A comparison as lines for a terminal, at most 100 characters wide but for names and commands. */
export function comparisonText(runs: readonly ComparedRun[], comparison: RunComparison): string[] {
  const sections = [
    runSection(runs),
    differenceSection(comparison),
    trainingSection(comparison),
    evaluationSection(comparison),
    groupSection(comparison),
    testSection(comparison),
    pairSection(comparison),
    imageSection(runs.length, comparison),
    classSection(comparison),
    confusionSection(comparison),
    incomparableSection(comparison),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function runSection(runs: readonly ComparedRun[]): string[] {
  const rows = runs.map(({ row }, run) => [
    letterOf(run),
    `${row.state}, ${row.finishedEpochs} of ${row.totalEpochs} epochs`,
    row.variant ?? '–',
    // Last, for names may be long.
    rowName(row),
  ]);
  return table(['', 'state', 'method', 'run'], rows, 'llll');
}

function differenceSection({ differences, training }: RunComparison): string[] {
  if (differences.length === 0) return ['Experiments: no field differs'];
  const count = differences[0].values.length;
  const wide = table(
    ['field', ...Array.from({ length: count }, (_, run) => letterOf(run))],
    differences.map(({ path, values }) => [path, ...values.map(setting)]),
    'l'.repeat(count + 1),
  );
  if (training.length > 0 && widest(wide) <= width) return ['Fields of the experiments that differ', ...wide];
  const byValue = differences.flatMap(({ path, values }) =>
    [...new Set(values.map(setting))].map((value, index) => [
      index === 0 ? path : '',
      values.flatMap((other, run) => (setting(other) === value ? letterOf(run) : [])).join(' '),
      value,
    ]),
  );
  return ['Fields of the experiments that differ', ...table(['field', 'runs', 'value'], byValue, 'lll')];
}

const setting = (value: SettingValue | undefined): string => (value === undefined ? '–' : String(value));

function trainingSection({ training }: RunComparison): string[] {
  if (training.length === 0) return ['Results of training: no epoch with validation yet'];
  const rows = training.map(({ run, branch, images, last, best }, index) => [
    training[index - 1]?.run === run ? '' : letterOf(run),
    branch,
    images === null ? '–' : String(images),
    ...top1Cells(last),
    loss(last.loss),
    String(last.epoch),
    ...top1Cells(best),
    best.epoch === undefined ? '' : String(best.epoch),
  ]);
  const head = ['', 'branch', 'images', 'last', '95 %', 'loss', 'epoch', 'best', '95 %', 'epoch'];
  return [
    'Results of training: top-1 in % on the validation images, loss in nats',
    ...table(head, rows, 'llrrlrrrlr'),
    ...words(
      '95 %: Wilson’s interval of a proportion of so many images. It speaks of this one network on other images of the same ' +
        'kind, not of other seeds. best: the highest of all epochs, chosen on these very images and so optimistic.',
    ),
  ];
}

function evaluationSection({ evaluations }: RunComparison): string[] {
  if (evaluations.length === 0) return [];
  const bases = [...new Set(evaluations.flatMap(({ corruption }) => corruption?.basis ?? []))];
  const mark = (basis: string) => (bases.length === 1 ? '' : ` (${bases.indexOf(basis) + 1})`);
  const rows = evaluations.map((result, index) => {
    const { run, evaluation, branch, images, top5, corruption } = result;
    const before = evaluations[index - 1];
    const isSame = before?.run === run && before.evaluation === evaluation;
    return [
      before?.run === run ? '' : letterOf(run),
      isSame ? '' : checkpoint(result),
      branch,
      String(images),
      ...top1Cells(result),
      percent(top5),
      loss(result.loss),
      ...(bases.length === 0 ? [] : [corruption ? `${corruption.error.toFixed(2)}${mark(corruption.basis)}` : '–']),
    ];
  });
  const head = ['', 'checkpoint', 'branch', 'images', 'top-1', '95 %', 'top-5', 'loss'];
  return [
    'Evaluations (mixprop evaluate): clean images, in %',
    ...table([...head, ...(bases.length === 0 ? [] : ['corrupted'])], rows, 'lllrrlrrr'),
    ...words('95 %: Wilson’s interval of a proportion of so many images, as above.'),
    ...bases.flatMap((basis) =>
      words(`corrupted${mark(basis)}: ${basis}; no proportion of images, so without interval.`),
    ),
  ];
}

function checkpoint({ checkpoint, epoch }: RunComparison['evaluations'][number]): string {
  if (typeof checkpoint === 'number') return `epoch ${checkpoint}`;
  return epoch === null ? String(checkpoint) : `${checkpoint}, epoch ${epoch}`;
}

function groupSection({ groups }: RunComparison): string[] {
  if (groups.length === 0) return ['Means over seeds: no two of these runs differ in the seed alone'];
  const rows = groups.flatMap(({ runs, means }) =>
    means.map((metric, index) => [
      index === 0 ? letters(runs) : '',
      metric.title,
      String(metric.n),
      metric.mean === null ? 'not finite' : amount(metric, metric.mean),
      metric.standardDeviation === null ? '–' : `± ${amount(metric, metric.standardDeviation)}`,
      metric.interval === null ? '–' : range(metric, metric.interval),
    ]),
  );
  return [
    'Means over seeds, of runs that differ in nothing else',
    ...table(['runs', '', 'n', 'mean', 'sd', '95 %'], rows, 'llrrrl'),
    ...words(
      'top-1 and errors in %, loss in nats. sd: sample standard deviation over the n runs (n − 1). 95 %: percentile bootstrap ' +
        'interval of the mean over seeds, of all resamples; of two or three runs it is their range, and too narrow.',
    ),
  ];
}

function testSection({ groups, seedTests }: RunComparison): string[] {
  const rows = seedTests.flatMap(({ groups: [first, second], tests }) =>
    tests.map((metric, index) => [
      index === 0 ? `${letters(groups[second].runs)} − ${letters(groups[first].runs)}` : '',
      metric.title,
      String(metric.seeds.length),
      metric.meanDifference === null ? 'not finite' : amount(metric, metric.meanDifference),
      metric.test === null ? '–' : range(metric, metric.test.interval),
      metric.test === null ? '–' : metric.test.t.toFixed(2),
      metric.test === null ? '–' : pValue(metric.test.pValue),
    ]),
  );
  if (rows.length === 0) return [];
  return [
    'Paired over seeds: runs of two groups with the same seed',
    ...table(['runs', '', 'n', 'difference', '95 %', 't', 'p'], rows, 'llrrlrr'),
    ...words(
      'difference: mean over the n seeds, in points of % (loss: in nats). 95 % and p: Student’s paired t-test with n − 1 degrees of freedom, ' +
        'two-sided: how often the mean of such differences would be as far from 0 if the methods were equally good. –: all pairs differ by the same.',
    ),
  ];
}

function pairSection({ pairs }: RunComparison): string[] {
  if (pairs.length === 0) return [];
  const rows = pairs.map(({ runs, branch, images, bothRight, firstOnly, secondOnly, bothWrong, pValue: p }) => [
    letters(runs),
    branch,
    ...[images, bothRight, firstOnly.length, secondOnly.length, bothWrong].map(String),
    pValue(p),
  ]);
  const head = ['runs', 'branch', 'images', 'both right', 'only first', 'only second', 'both wrong', 'p'];
  return [
    'Pairs of runs on the same images',
    ...table(head, rows, 'llrrrrrr'),
    ...words(
      'p: McNemar’s exact test, two-sided: how often images that only one gets right would be shared as unevenly if the two networks ' +
        'were equally good. It is of these two networks, not of their methods, and not corrected for the number of pairs.',
    ),
  ];
}

function imageSection(count: number, { pairs, readableNames }: RunComparison): string[] {
  const disputed = pairs.filter(({ firstOnly, secondOnly }) => firstOnly.length + secondOnly.length > 0);
  if (disputed.length === 0) return [];
  if (count > mostRunsWithImages)
    return ['Images that only one gets right: compare two runs to see them, or all with --json'];
  const name = (raw: string) => readableName(readableNames, raw);
  const list = (runs: readonly number[], branch: EvaluatedBranch, images: readonly DisputedImage[]) => {
    if (images.length === 0) return [];
    const more = images.length > listedImages ? `, the first ${listedImages}` : '';
    const rows = images
      .slice(0, listedImages)
      .map(({ path, label, mistakenFor }) => [
        '',
        path,
        name(label),
        mistakenFor === null ? 'no finite logits' : name(mistakenFor),
      ]);
    const [right, wrong] = runs.map(letterOf);
    return [
      `  ${right} right, ${wrong} wrong, through ${branch}: ${images.length}${more}`,
      ...table(['', 'image', 'class', `${wrong} says`], rows, 'llll'),
    ];
  };
  return [
    'Images that only one gets right',
    ...disputed.flatMap(({ runs, branch, firstOnly, secondOnly }) => [
      ...list(runs, branch, firstOnly),
      ...list([...runs].reverse(), branch, secondOnly),
    ]),
  ];
}

/** Of each run one branch: main, if it was evaluated. */
function shownClasses({ classes }: RunComparison): ClassResult[] {
  return [...new Map([...classes].reverse().map((result) => [result.run, result])).values()].reverse();
}

function classSection(comparison: RunComparison): string[] {
  const shown = shownClasses(comparison);
  if (shown.length === 0) return [];
  const names = [...new Set(shown.flatMap(({ classes }) => classes))];
  const rows = names.map((name) => {
    const accuracies = shown.map(({ classes, accuracies }) => accuracies[classes.indexOf(name)] ?? null);
    const known = accuracies.filter((accuracy) => accuracy !== null);
    return { name, accuracies, spread: known.length === 0 ? 0 : Math.max(...known) - Math.min(...known) };
  });
  const isCut = names.length > listedClasses;
  const listed = isCut ? [...rows].sort((a, b) => b.spread - a.spread).slice(0, listedClasses) : rows;
  const cells = listed.map(({ name, accuracies }) => [
    readableName(comparison.readableNames, name),
    ...accuracies.map((accuracy) => (accuracy === null ? '–' : percent(accuracy))),
  ]);
  const which = isCut ? `, the ${listedClasses} of ${names.length} classes that differ most` : '';
  return [
    `Accuracy by class in %${which}`,
    ...table(['class', ...shown.map(heading)], cells, `l${'r'.repeat(shown.length)}`),
  ];
}

function confusionSection(comparison: RunComparison): string[] {
  const name = (raw: string) => readableName(comparison.readableNames, raw);
  const rows = shownClasses(comparison).flatMap((result) =>
    result.topConfusions
      .slice(0, listedConfusions)
      .map(({ label, predicted, count, of }, index) => [
        index === 0 ? heading(result) : '',
        name(result.classes[label]),
        name(result.classes[predicted]),
        `${count} of ${of}`,
        percent(count / of),
      ]),
  );
  return rows.length === 0
    ? []
    : ['Most frequent confusions', ...table(['', 'class', 'taken for', 'images', '%'], rows, 'lllrr')];
}

const heading = ({ run, branch }: ClassResult): string => `${letterOf(run)} ${branch}`;

function incomparableSection({ incomparable }: RunComparison): string[] {
  if (incomparable.length === 0) return [];
  return [
    'Not compared',
    ...incomparable.flatMap(({ runs, reason, remedy }) => [
      ...words(`${letters(runs)}: ${reason}${remedy === undefined ? '' : ':'}`),
      ...(remedy === undefined ? [] : [`      ${remedy}`]),
    ]),
  ];
}

const letters = (runs: readonly number[]): string => runs.map(letterOf).join(' ');
const percent = (fraction: number): string => (100 * fraction).toFixed(2);
const loss = (value: number | null): string => value?.toFixed(4) ?? 'not finite';
const pValue = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));

function top1Cells({ top1, interval }: MeasuredTop1): string[] {
  return [
    top1 === null ? 'not finite' : percent(top1),
    interval === null ? '–' : `[${percent(interval.low)}, ${percent(interval.high)}]`,
  ];
}

type Unit = Pick<SeedMean | SeedTest, 'unit'>;

function amount({ unit }: Unit, value: number): string {
  return unit === 'fraction' ? percent(value) : value.toFixed(unit === 'nats' ? 4 : 2);
}

const range = (unit: Unit, { low, high }: Interval): string => `[${amount(unit, low)}, ${amount(unit, high)}]`;

/** A table, indented by two blanks. @param aligned a letter a column: l or r */
function table(head: readonly string[], rows: readonly (readonly string[])[], aligned: string): string[] {
  const isRight = head.map((_, column) => aligned[column] === 'r');
  return alignedLines([head, ...rows], isRight).map((line) => `  ${line}`);
}

const widest = (lines: readonly string[]): number => Math.max(...lines.map(displayWidth));

/** Text in lines. */
function words(text: string): string[] {
  const lines = ['  '];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + 1 + word.length > width) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '  ' ? `  ${word}` : `${line} ${word}`;
  }
  return lines;
}
