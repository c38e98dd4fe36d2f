import { type ExperimentFinding, errorAt } from '../../errors/experiment-finding';
import { KeyedGenerator } from '../../random/keyed-generator';
import { maxSweepRuns, type SweepDimension, type SweepSettings } from './sweep-schema';

type Path = ExperimentFinding['path'];

/** What one run of a sweep gives its fields. */
export interface Combination {
  /** By the field's path, "optimizer.learningRate". */
  settings: Record<string, unknown>;
  /** Where in the file each of the values stands. */
  places: Record<string, Path>;
}

/**
 * The combinations of values that a sweep stands for, in a stable order: those of a grid with the last field changing fastest, and of
 * each the seeds, which change fastest of all.
 * @param baseSeed the experiment's own
 * @returns what is wrong with the sweep, where it stands for none
 */
export function sweepCombinations(sweep: SweepSettings, baseSeed: number): Combination[] | ExperimentFinding[] {
  const kinds = (['grid', 'list', 'random'] as const).filter((kind) => sweep[kind] !== undefined);
  if (kinds.length > 1) {
    return [errorAt(['sweep', kinds[1]!], `a sweep is either ${kinds.join(' or ')}: remove one of them`)];
  }
  if (kinds.length === 0 && sweep.seeds === undefined)
    return [errorAt(['sweep'], 'needs grid, list, random or seeds; null, or nothing, is for one run')];
  const problems = [...emptyProblems(sweep), ...spaceProblems(sweep), ...countProblems(sweep), ...seedProblems(sweep)];
  if (problems.length > 0) return problems;
  const combinations = combinationsOf(sweep);
  if (sweep.random && combinations.length < sweep.random.count) {
    const message = `the space has only ${combinations.length} different combinations: lower it to ${combinations.length}`;
    return [errorAt(['sweep', 'random', 'count'], message)];
  }
  return withSeeds(combinations, sweep.seeds, baseSeed);
}

/** Whether `sweepCombinations` found something wrong. */
export const areFindings = (found: Combination[] | ExperimentFinding[]): found is ExperimentFinding[] =>
  found.length > 0 && 'message' in found[0]!;

function emptyProblems({ grid, random }: SweepSettings): ExperimentFinding[] {
  const [of, fields] = grid ? [['grid'], grid] : [['random', 'space'], random?.space];
  if (!fields || Object.keys(fields).length > 0) return [];
  return [errorAt(['sweep', ...of], 'names no field: give at least one, such as "optimizer.learningRate"')];
}

function spaceProblems({ random }: SweepSettings): ExperimentFinding[] {
  return Object.entries(random?.space ?? {}).flatMap(([field, dimension]): ExperimentFinding[] => {
    const { min, max, choice, scale, integer } = dimension;
    const problem = (message: string, ...inside: Path) => [
      errorAt(['sweep', 'random', 'space', field, ...inside], message),
    ];
    if (choice !== undefined) {
      const bound = (['min', 'max'] as const).find((name) => dimension[name] !== undefined);
      return bound === undefined ? [] : problem('choice has no bounds: remove it, or choice', bound);
    }
    if (min === undefined || max === undefined) return problem('needs min and max, or choice');
    if (min >= max) return problem(`must be greater than min, ${min}`, 'max');
    if (scale === 'log' && min <= 0) return problem('must be greater than 0 on a log scale', 'min');
    if (!integer) return [];
    const broken = (['min', 'max'] as const).find((name) => !Number.isSafeInteger(dimension[name]));
    return broken === undefined ? [] : problem('must be a whole number where integer is true', broken);
  });
}

function countProblems({ grid, list, random, seeds = 1 }: SweepSettings): ExperimentFinding[] {
  const combinations = grid
    ? Object.values(grid).reduce((product, values) => product * values.length, 1)
    : (list?.length ?? random?.count ?? 1);
  const count = combinations * seeds;
  if (count <= maxSweepRuns) return [];
  const message = `stands for ${count} runs, and a sweep has at most ${maxSweepRuns}: leave out values, or draw from them with random`;
  return [errorAt(['sweep'], message)];
}

function seedProblems({ grid, list, random, seeds }: SweepSettings): ExperimentFinding[] {
  const fields = [
    ...Object.keys(grid ?? {}),
    ...Object.keys(random?.space ?? {}),
    ...(list ?? []).flatMap((settings) => Object.keys(settings)),
  ];
  if (seeds === undefined || !fields.includes('seed')) return [];
  return [errorAt(['sweep', 'seeds'], 'the sweep gives "seed" its values already: remove one of the two')];
}

function combinationsOf({ grid, list, random }: SweepSettings): Combination[] {
  if (list) {
    return list.map((settings, i) => ({
      settings,
      places: mapFields(settings, (field) => ['sweep', 'list', i, field]),
    }));
  }
  if (random) return randomCombinations(random);
  return Object.entries(grid ?? {}).reduce<Combination[]>(
    (combinations, [field, values]) =>
      combinations.flatMap((combination) =>
        values.map((value, i) => withField(combination, field, value, ['sweep', 'grid', field, i])),
      ),
    [{ settings: {}, places: {} }],
  );
}

const withField = ({ settings, places }: Combination, field: string, value: unknown, place: Path): Combination => ({
  settings: { ...settings, [field]: value },
  places: { ...places, [field]: place },
});

function mapFields<T>(fields: Record<string, unknown>, make: (field: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(fields).map((field) => [field, make(field)]));
}

function withSeeds(combinations: Combination[], seeds: number | undefined, baseSeed: number): Combination[] {
  if (seeds === undefined) return combinations;
  return combinations.flatMap((combination) =>
    Array.from({ length: seeds }, (_, i) => withField(combination, 'seed', baseSeed + i, ['sweep', 'seeds'])),
  );
}

/** Draws of one combination before the space counts as used up: choices and whole numbers may have come before. */
const maxTries = 1000;

/** Fewer than `count` where the space has no more, or hardly any. */
function randomCombinations({ count, seed, space }: NonNullable<SweepSettings['random']>): Combination[] {
  const places = mapFields(space, (field) => ['sweep', 'random', 'space', field]);
  const drawn = new Set<string>();
  const combinations: Combination[] = [];
  for (let index = 0, tries = 0; combinations.length < count && tries < maxTries; index++) {
    const settings = Object.fromEntries(
      Object.entries(space).map(([field, dimension]) => [
        field,
        draw(dimension, new KeyedGenerator(seed, `sweep/${field}`, index)),
      ]),
    );
    const key = JSON.stringify(settings);
    tries = drawn.has(key) ? tries + 1 : 0;
    if (tries > 0) continue;
    drawn.add(key);
    combinations.push({ settings, places });
  }
  return combinations;
}

/**
 * One value. Of a field, seed and index alone, so that neither another field nor a higher count changes it. Real numbers have six
 * significant digits: a last digit in which machines' logarithms may differ is not seen.
 */
function draw({ min, max, scale, integer, choice }: SweepDimension, generator: KeyedGenerator): unknown {
  if (choice) return choice[generator.integer(choice.length)];
  const [low, high] = [min!, integer ? max! + 1 : max!];
  const share = generator.uniform();
  const value = scale === 'log' ? low * (high / low) ** share : low + (high - low) * share;
  const rounded = integer ? Math.floor(value) : Number(value.toPrecision(6));
  return Math.min(max!, Math.max(min!, rounded));
}
