import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { OutputError } from '../../common/errors/output-error';
import { UsageError } from '../../common/errors/usage-error';
import { epochCost, expectedEpochCost, formatCost, totalCost } from '../../common/experiment/budget';
import { experimentNameProblem, experimentSuffix } from '../../common/experiment/experiment-name';
import { didYouMean } from '../../common/experiment/nearest-name';
import { recipeText } from '../../common/experiment/recipe-text';
import { type Recipe, recipeExperiment, recipeGroups, recipes } from '../../common/experiment/recipes';
import { type Experiment, experimentSchema } from '../../common/experiment/schema';
import { pathInExperiment } from '../../common/experiment/written-path';
import { runAction } from './actions';
import type { Command, Invocation } from './command';

const usage = `recipe list | recipe write NAME [--data FOLDER] [--out FILE] [--json]

  --data FOLDER  where the recipe's data set is
  --out FILE     the experiment file to write, ending with ${experimentSuffix} (default: NAME${experimentSuffix})

Costs are in N, as the paper counts them: a forward and backward pass over the N training images costs 1 N.`;

/** `mixprop recipe`: experiments to start from. */
export const recipeCommand: Command = {
  name: 'recipe',
  summary: 'list experiments to start from, or write one as a file',
  usage,
  options: { texts: ['data', 'out'] },
  run: (invocation) =>
    runAction(invocation, 'recipe', 'recipes', usage, {
      list: { run: list },
      write: { takes: 'the name of one recipe', run: (_, name) => write(invocation, recipeNamed(name)) },
    }),
};

function list(invocation: Invocation): number {
  const width = Math.max(...recipes.map(({ name }) => name.length));
  for (const group of recipeGroups) {
    invocation.print(group.title);
    for (const recipe of recipes.filter((candidate) => candidate.group === group)) {
      const cost = formatCost(totalCost(experimentOf(recipe)));
      invocation.print(`  ${recipe.name.padEnd(width)} ${cost.padStart(8)}  ${recipe.detail}`);
    }
  }
  invocation.printJson(
    recipes.map((recipe) => {
      const { name, title, detail, group, published } = recipe;
      const { dataset, model, method } = experimentOf(recipe);
      return {
        name,
        title,
        detail,
        group: group.title,
        dataset: dataset.type,
        dataFolder: group.dataFolder,
        architecture: model.architecture,
        method: method.type,
        published,
        ...budgetOf(recipe),
      };
    }),
  );
  return 0;
}

function write(invocation: Invocation, recipe: Recipe): number {
  const out = invocation.text('out') ?? `${recipe.name}${experimentSuffix}`;
  const file = resolve(out);
  const name = nameOf(file);
  const data = dataFolder(invocation.text('data'), recipe, dirname(file));
  try {
    writeFileSync(file, recipeText(recipe, name, data), { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${out} exists already: give another --out FILE`);
    if (code === 'ENOENT') throw new UsageError(`cannot write ${out}: there is no such folder`);
    if (existsSync(file)) rmSync(file);
    throw new OutputError(out, error);
  }
  const budget = budgetOf(recipe);
  const { epochs, epochCost: cost, expectedEpochCost: expected } = budget;
  invocation.print(out);
  invocation.print(
    `${formatCost(cost)} an epoch${expected === cost ? '' : ` (about ${formatCost(expected)} here: attack steps compute no gradients of weights)`}, ` +
      `${formatCost(budget.totalCost)} in ${epochs} epochs; N: a forward and backward pass over the training images`,
  );
  if (recipe.group.dataFolder !== null && data === null) {
    invocation.print(`set dataset.path in it, the folder with ${recipe.group.dataFolder}`);
  }
  invocation.printJson({ file, name, recipe: recipe.name, ...budget });
  return 0;
}

function recipeNamed(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  const names = recipes.map((candidate) => candidate.name);
  throw new UsageError(
    `there is no recipe "${name}"${didYouMean(name, names) || ';'} \`mixprop recipe list\` names all`,
  );
}

/** The experiment's name: the file's without its suffix. */
function nameOf(file: string): string {
  const name = basename(file, experimentSuffix);
  const problem = file.endsWith(experimentSuffix)
    ? experimentNameProblem(name)
    : `The name of an experiment file ends with ${experimentSuffix}.`;
  if (problem !== undefined) throw new UsageError(`--out ${basename(file)}: ${problem}`);
  return name;
}

/** The data set's folder as the file names it; null where none was given. */
function dataFolder(path: string | undefined, { name, group }: Recipe, fileFolder: string): string | null {
  if (path === undefined) return null;
  if (group.dataFolder === null) throw new UsageError(`${name} needs no data: leave --data out`);
  const folder = resolve(path);
  if (!existsSync(folder)) {
    throw new UsageError(`--data: there is no folder ${folder}; give the one with ${group.dataFolder}`);
  }
  return pathInExperiment(folder, fileFolder);
}

function experimentOf(recipe: Recipe): Experiment {
  return experimentSchema.parse(recipeExperiment(recipe, recipe.name, null));
}

function budgetOf(recipe: Recipe) {
  const experiment = experimentOf(recipe);
  return {
    epochs: experiment.training.epochs,
    epochCost: epochCost(experiment.method),
    expectedEpochCost: expectedEpochCost(experiment.method),
    totalCost: totalCost(experiment),
  };
}
