import { epochCost, formatCost, totalCost } from '../../trainer/experiment/budget';
import { type Recipe, recipeExperiment, recipeGroups, recipes } from '../../trainer/experiment/recipes';
import { experimentSchema } from '../../trainer/experiment/schema';

/** A recipe as a list shows it. */
export interface RecipeChoice {
  label: string;
  /** Its cost, as the paper counts it. */
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
  const total = formatCost(totalCost({ method, training }));
  return {
    // An ellipsis says that there is a question to come: where the data are.
    label: recipe.group.dataFolder === null ? recipe.title : `${recipe.title}…`,
    description: `${formatCost(epochCost(method))} an epoch, ${total} in ${training.epochs}`,
    detail: recipe.detail,
    recipe,
  };
}
