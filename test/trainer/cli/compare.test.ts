import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ExperimentInput } from '../../../common/experiment/schema';
import { runPaths } from '../../../common/run/run-folder';
import { parseInvocation } from '../../../trainer/cli/command';
import { compareCommand } from '../../../trainer/cli/compare';
import { someEvaluation } from '../../common/run/evaluation-fixture';
import { somePredictions, writeStudyEvaluation } from '../../common/study/study-evaluations';
import { epochBodies, finished, makeStudyRun, running } from '../../common/study/study-runs';
import { temporaryFolders } from '../../common/temporary-folder';

const temporaryFolder = temporaryFolders();
afterEach(() => void vi.restoreAllMocks());

async function compare(...argv: string[]) {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    });
  const status = await compareCommand.run(parseInvocation(compareCommand, argv, new AbortController()));
  return { status, ...printed };
}

const classes = ['cat', 'dog'];
const labels = [0, 0, 0, 1, 1, 1];

/** Writes data.json with a validation of so many images of the two classes. */
function writeData(folder: string, images: number): void {
  const part = { images, perClass: [images / 2, images / 2], digest: 'abc' };
  const data = { format: 1, type: 'shapes', path: null, place: null, classes, training: part, validation: part };
  writeFileSync(runPaths(folder).data, JSON.stringify(data));
}

/** Two methods with two seeds each; every run evaluated on the same images. */
function makeStudy(): string[] {
  const runs = join(temporaryFolder(), 'runs');
  mkdirSync(runs);
  const top1s = { vanilla: [0.5, 0.6], mixprop: [0.52, 0.64] } as const;
  return (['vanilla', 'mixprop'] as const).flatMap((type) =>
    top1s[type].map((top1, index) => {
      const experiment: ExperimentInput = { seed: index + 1, method: { type }, training: { epochs: 2 } };
      const bodies = [
        running,
        ...epochBodies(1, top1 / 2, 2, type === 'mixprop'),
        ...epochBodies(2, top1, 1, type === 'mixprop'),
        finished,
      ];
      const folder = makeStudyRun(runs, `${type}-${index + 1}`, { experiment, bodies });
      writeData(folder, 100);
      const predicted = type === 'vanilla' ? [0, 1, 1, 1, 1, 0] : [0, 0, 0, 1, 0, 0];
      writeStudyEvaluation(folder, 'best-clean', {}, somePredictions(classes, labels, { main: predicted }));
      return folder;
    }),
  );
}

/** Lines of the section that begins with a title. */
function section(stdout: string, title: string): string[] {
  const lines = stdout.split('\n');
  const start = lines.findIndex((line) => line.startsWith(title));
  return start === -1 ? [] : lines.slice(start + 1, lines.indexOf('', start));
}

describe('mixprop compare', () => {
  test('two runs: their differences, results, the test and the images', async () => {
    const [vanilla, , mixprop] = makeStudy();
    const { status, stdout, stderr } = await compare(vanilla, mixprop);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    const differences = section(stdout, 'Fields of the experiments');
    expect(differences[1]).toMatch(/^ {2}method\.type +vanilla +mixprop$/);
    expect(differences.join()).not.toContain('seed');
    expect(section(stdout, 'Results of training').slice(1, 4)).toEqual([
      '  A  main       100  50.00  [40.38, 59.62]  1.0000      2  50.00  [40.38, 59.62]      2',
      '  B  main       100  52.00  [42.32, 61.54]  1.0000      2  52.00  [42.32, 61.54]      2',
      '     aux        100  26.00  [18.40, 35.37]  1.0000      2  26.00  [18.40, 35.37]',
    ]);
    expect(stdout).toContain('Means over seeds: no two of these runs differ in the seed alone');
    // Both: 0, 3; only vanilla: 4; only mixprop: 1, 2. Two to one: p = 1.
    expect(section(stdout, 'Pairs of runs')[1]).toMatch(/^ {2}A B +main +6 +2 +1 +2 +1 +1\.0000$/);
    expect(section(stdout, 'Images that only one')).toEqual([
      '  A right, B wrong, through main: 1',
      expect.stringMatching(/image +class +B says/),
      expect.stringMatching(/val\/a\/4 +dog +cat/),
      '  B right, A wrong, through main: 2',
      expect.stringMatching(/image +class +A says/),
      expect.stringMatching(/val\/a\/1 +cat +dog/),
      expect.stringMatching(/val\/a\/2 +cat +dog/),
    ]);
    expect(section(stdout, 'Accuracy by class')).toEqual([
      expect.stringMatching(/class +A main +B main/),
      expect.stringMatching(/cat +33\.33 +100\.00/),
      expect.stringMatching(/dog +66\.67 +33\.33/),
    ]);
    expect(section(stdout, 'Most frequent')[1]).toMatch(/A main +cat +dog +2 of 3 +66\.67/);
    expect(stdout).not.toContain('Not compared');
  });

  test('groups that share seeds: means, and a paired test with what it is', async () => {
    const { stdout } = await compare(...makeStudy());
    expect(section(stdout, 'Means over seeds')[1]).toMatch(
      /A B +last top-1, main +2 +55\.00 +± 7\.07 +\[50\.00, 60\.00\]/,
    );
    // Differences of 2 and 4 points: t = 3, p = 1 − 2 atan(3) / π.
    expect(section(stdout, 'Paired over seeds')[1]).toMatch(
      /C D − A B +last top-1, main +2 +3\.00 +\[-9\.71, 15\.71\] +3\.00 +0\.2048/,
    );
    expect(stdout).toMatch(/Student’s paired\s+t-test/);
    expect(stdout).toContain('compare two runs to see them, or all with --json');
  });

  test('reads well at 100 characters with eight runs', async () => {
    const runs = makeStudy();
    const more = [3, 4, 5, 6].map((seed) =>
      makeStudyRun(join(runs[0], '..'), `a-run-with-quite-a-long-name-${seed}`, {
        experiment: { seed, model: { width: 4 * seed }, optimizer: { learningRate: seed / 100 } },
        bodies: [running, ...epochBodies(1, 0.5), finished],
      }),
    );
    const { stdout } = await compare(...runs, ...more);
    expect(
      stdout.split('\n').filter((line) => [...line].length > 100 && !line.startsWith('      mixprop evaluate')),
    ).toEqual([]);
    expect(section(stdout, 'Not compared')[0]).toBe('  E: no evaluation with predictions:');
    expect(section(stdout, 'Results of training')).toContainEqual(expect.stringMatching(/E +main +– +50\.00 +– /));
  });

  test('evaluations without corruptions have no column for them', async () => {
    const [first, second] = makeStudy();
    const { clean } = someEvaluation().branches.main!;
    for (const folder of [first, second])
      writeStudyEvaluation(folder, 'best-clean', {
        branches: { main: { clean, corruptions: {} } },
        predictions: undefined,
      });
    const { stdout } = await compare(first, second);
    expect(section(stdout, 'Evaluations').slice(0, 2)).toEqual([
      '     checkpoint     branch  images  top-1  95 %            top-5    loss',
      '  A  best, epoch 4  main       100  90.00  [82.56, 94.48]  95.00  0.4000',
    ]);
    expect(section(stdout, 'Not compared')).toHaveLength(4);
  });

  test('many values of a field stand below each other, with the runs that have them', async () => {
    const folder = temporaryFolder();
    const names = ['first', 'second', 'second'];
    const runs = names.map((name, i) =>
      makeStudyRun(folder, `r${i}`, {
        experiment: { name: `${name}-${'long'.repeat(10)}` },
        bodies: [running, ...epochBodies(1, 0.5)],
      }),
    );
    const { stdout } = await compare(...runs);
    expect(section(stdout, 'Fields of the experiments')).toEqual([
      '  field  runs  value',
      `  name   A     first-${'long'.repeat(10)}`,
      `         B C   second-${'long'.repeat(10)}`,
    ]);
  });

  test('--json is one document with every image and whole matrices, runs by their labels', async () => {
    const [vanilla, , mixprop] = makeStudy();
    const { stdout, stderr } = await compare(vanilla, mixprop, '--json');
    expect(stderr).toBe('');
    const document = JSON.parse(stdout);
    expect(document.runs.map(({ run }: { run: string }) => run)).toEqual(['vanilla-1', 'mixprop-1']);
    expect(document.differences[0]).toEqual({
      field: 'method.type',
      values: { 'vanilla-1': 'vanilla', 'mixprop-1': 'mixprop' },
    });
    expect(document.training[0]).toMatchObject({ run: 'vanilla-1', last: { top1: 0.5 }, images: 100 });
    expect(document.pairs[0]).toMatchObject({
      runs: ['vanilla-1', 'mixprop-1'],
      firstOnly: [{ path: 'val/a/4', label: 'dog', mistakenFor: 'cat' }],
      secondOnly: [{ path: 'val/a/1' }, { path: 'val/a/2' }],
    });
    expect(document.classes[1]).toMatchObject({
      run: 'mixprop-1',
      classes,
      matrix: [
        [3, 0],
        [2, 1],
      ],
      topConfusions: [{ label: 'dog', predicted: 'cat', count: 2, of: 3 }],
    });
    expect(document.incomparable).toEqual([]);
  });

  test('what is missing or damaged is said, and the rest compared', async () => {
    const [vanilla, , mixprop] = makeStudy();
    rmSync(join(runPaths(vanilla).evaluations, 'best-clean.predictions.bin'));
    writeFileSync(runPaths(mixprop).data, '{');
    const { status, stdout, stderr } = await compare(vanilla, mixprop);
    expect(status).toBe(0);
    expect(stderr).toContain(runPaths(mixprop).data);
    expect(section(stdout, 'Not compared').join(' ').replace(/\s+/g, ' ')).toContain(
      'best-clean.predictions.bin holds no predictions of an evaluation: it cannot be read',
    );
    expect(section(stdout, 'Most frequent')[1]).toMatch(/B main/);
  });

  test('refuses one run, nine runs, the same run twice and what is no run', async () => {
    const folder = temporaryFolder();
    const runs = Array.from({ length: 9 }, (_, i) => makeStudyRun(folder, `r${i}`));
    await expect(compare()).rejects.toThrow('compare needs two run folders');
    await expect(compare(runs[0])).rejects.toThrow('compare needs two to 8 runs, and there is one');
    await expect(compare(runs[0], runs[0])).rejects.toThrow('and there is one');
    await expect(compare(...runs)).rejects.toThrow('compare takes two to 8 runs, and there are 9');
    await expect(compare(runs[0], join(folder, 'nothing'))).rejects.toThrow('there is no run folder');
  });
});
