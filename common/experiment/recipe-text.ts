import { datasetFacts } from './datasets/datasets';
import { inlineJson } from './inline-json';
import { methodFacts } from './methods/methods';
import { type Recipe, type RecipeSettings, recipeExperiment } from './recipes';

/**
 * The text of an experiment file made from a recipe, with comments where changes are likely. Sections are in the
 * schema's order.
 *
 * @param dataFolder the data set's folder as written in the file; null: the recipe's placeholder
 */
export function recipeText(recipe: Recipe, name: string, dataFolder: string | null): string {
  const { settings } = recipe;
  const { dataset } = recipeExperiment(recipe, name, dataFolder);
  return `{
  // A MixProp Studio experiment. Hover over a field for its meaning, Ctrl+Space for what can stand here.
  // Fields that are left out have defaults, the paper’s where it gives one.
  "name": ${JSON.stringify(name)},
  "seed": ${settings.seed},

${comment(datasetFacts(settings.dataset.type).recipeComment)}
  "dataset": ${inlineJson(dataset)},

${comment(modelComment(settings.model))}
  "model": ${inlineJson(settings.model)},

${comment(methodFacts(settings.method.type).recipeComment)}
  "method": ${inlineJson(settings.method)},

  "optimizer": ${inlineJson(settings.optimizer)},

${comment(scheduleComment(settings.schedule))}
  "schedule": ${inlineJson(settings.schedule)},

  "training": ${inlineJson(settings.training)},

${comment([augmentationComments[settings.augmentation.type!]])}
  "augmentation": ${inlineJson(settings.augmentation)},

  // Validation images whose class activation maps are recorded: “MixProp: Choose Validation Images” chooses others.
  "explain": ${inlineJson(settings.explain)}
}
`;
}

const augmentationComments: Record<NonNullable<RecipeSettings['augmentation']['type']>, string> = {
  'crop-flip': 'Pad 4 pixels, crop at random, flip half of the images.',
  'resized-crop-flip': 'Crop a random box, resize it to the image’s size, flip half of the images.',
  none: 'Images as they are.',
};

function modelComment({ width }: RecipeSettings['model']): string[] {
  return width === 64
    ? ['The network, at the paper’s width. Narrower networks train faster.']
    : ['The network. The paper’s width is 64; narrower networks train faster.'];
}

function scheduleComment({ milestones = [] }: RecipeSettings['schedule']): string[] {
  const all = milestones.map(String);
  const list = [all.slice(0, -1).join(', '), ...all.slice(-1)].filter((part) => part !== '').join(' and ');
  return [`After ${list} finished epochs the learning rate is multiplied by the factor.`];
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `  // ${line}`).join('\n');
}
