import { epochCost } from '../../common/experiment/budget';
import { type Recipe, recipeExperiment, recipeGroups, recipes } from '../../common/experiment/recipes';
import { experimentSchema } from '../../common/experiment/schema';

/** A recipe as a list shows it. */
export interface RecipeChoice {
  label: string;
  /** How long it trains, and what an epoch costs in comparison, as the paper counts it. */
  description: string;
  detail: string;
  recipe: Recipe;
}

/** All recipes under the titles of their groups. */
export function recipeChoices(): { title: string; choices: RecipeChoice[] }[] {
  return recipeGroups.map((group) => ({
    title: group.title,
    choices: recipes.filter((recipe) => recipe.group === group).map(choiceOf),
  }));
}

function choiceOf(recipe: Recipe): RecipeChoice {
  const { method, training } = experimentSchema.parse(recipeExperiment(recipe, recipe.name, null));
  return {
    // An ellipsis says that there is a question to come: where the data are.
    label: recipe.group.dataFolder === null ? recipe.title : `${recipe.title}…`,
    description: `${training.epochs} epochs${costWords(epochCost(method))}`,
    detail: recipe.detail,
    recipe,
  };
}

/** @param cost of an epoch in N; 1 is that of ordinary training */
function costWords(cost: number): string {
  return cost === 1 ? '' : `, each ${Number(cost.toFixed(2))} times the work of ordinary training`;
}
