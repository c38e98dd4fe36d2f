import { inlineJson } from './inline-json';
import { type Recipe, type RecipeSettings, recipeExperiment } from './recipes';

/**
 * The text of an experiment file made from a recipe, with comments at what is likely to be changed. Sections are in the
 * schema's order.
 *
 * @param dataFolder the data set's folder as the file shall name it; null leaves the recipe's own, to be changed
 */
export function recipeText(recipe: Recipe, name: string, dataFolder: string | null): string {
  const { settings } = recipe;
  const { dataset } = recipeExperiment(recipe, name, dataFolder);
  return `{
  // A MixProp Studio experiment. Hover over a field for its meaning, Ctrl+Space for what can stand here.
  // Fields that are left out have defaults, the paper’s where it gives one.
  "name": ${JSON.stringify(name)},
  "seed": ${settings.seed},

${comment(datasetComment(settings.dataset))}
  "dataset": ${inlineJson(dataset)},

${comment(modelComment(settings.model))}
  "model": ${inlineJson(settings.model)},

${comment(methodComment(settings.method))}
  "method": ${inlineJson(settings.method)},

  "optimizer": ${inlineJson(settings.optimizer)},

${comment(scheduleComment(settings.schedule))}
  "schedule": ${inlineJson(settings.schedule)},

  "training": ${inlineJson(settings.training)},

  // Pad 4 pixels, crop at random, flip half of the images.
  "augmentation": ${inlineJson(settings.augmentation)},

  // Validation images whose class activation maps are recorded: “MixProp: Choose Validation Images” chooses others.
  "explain": ${inlineJson(settings.explain)}
}
`;
}

function datasetComment(dataset: RecipeSettings['dataset']): string[] {
  const path = 'The path is absolute or relative to this file.';
  switch (dataset.type) {
    case 'shapes':
      return ['The built-in data set: coloured, textured shapes in clutter, 10 classes. Nothing to download.'];
    case 'image-folder':
      return [
        'A folder with train/ and val/ (or valid/, validation/, test/), each with one folder of images a class.',
        path,
        'All images are held in memory; "trainingImages": 10000 takes only so many, evenly from the classes.',
      ];
    default:
      return [
        'The official archive, cifar-100-binary.tar.gz or cifar-100-python.tar.gz, or the folder that it unpacks to.',
        path,
      ];
  }
}

function modelComment({ width }: RecipeSettings['model']): string[] {
  return width === 64
    ? ['The network, at the paper’s width. Narrower networks train faster.']
    : ['The network. The paper’s width is 64; narrower networks train faster.'];
}

function methodComment(method: RecipeSettings['method']): string[] {
  switch (method.type) {
    case 'vanilla':
      return ['Ordinary training: clean images, one batch normalisation. "mixprop" adds the auxiliary branch.'];
    case 'mixup':
      return [
        'A fraction of each batch is mixed with other images of it, λ ~ Beta(alpha, alpha); the rest stays clean.',
        'One batch normalisation.',
      ];
    case 'cutmix':
      return [
        'A fraction of each batch gets a box of another image, with 1 − λ of the area, λ ~ Beta(alpha, alpha); the rest',
        'stays clean. One batch normalisation.',
      ];
    case 'mixprop':
      return [
        'Clean images through the main batch normalisation, mixed images through the auxiliary one;',
        'λ ~ Beta(alpha, alpha). "vanilla" is ordinary training.',
      ];
    case 'advprop':
      return [
        'Clean images through the main batch normalisation, adversarial images (PGD) through the auxiliary one.',
        'Pixels are 1/255 of the range. The paper has epsilonPixels 1, 2 and 3 with 1, 3 and 4 steps.',
        '"lossReduction": "mean" halves the loss, as the public code of AdvProp does.',
      ];
    case 'fast-advprop':
      return [
        'A fraction of each batch is attacked in one step, whose gradient trains too, and goes through the auxiliary batch',
        'normalisation; the rest stays clean. 0.2: clean : attacked = 4 : 1. Pixels are 1/255 of the range.',
      ];
  }
}

function scheduleComment({ milestones = [] }: RecipeSettings['schedule']): string[] {
  const all = milestones.map(String);
  const list = [all.slice(0, -1).join(', '), ...all.slice(-1)].filter((part) => part !== '').join(' and ');
  return [`After ${list} finished epochs the learning rate is multiplied by the factor.`];
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `  // ${line}`).join('\n');
}
