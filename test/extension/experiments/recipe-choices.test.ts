import { describe, expect, test } from 'vitest';
import { recipes } from '../../../common/experiment/recipes';
import { recipeChoices } from '../../../extension/experiments/recipe-choices';

describe('the choices of a new experiment', () => {
  const groups = recipeChoices();
  const all = groups.flatMap(({ choices }) => choices);

  test('are all recipes, the built-in images first', () => {
    expect(groups.map(({ title }) => title)).toEqual([
      'Built-in shapes',
      'Image folder',
      'CIFAR-100, as in the paper',
      'ImageNet-100, as in the paper',
    ]);
    expect(all.map(({ recipe }) => recipe.name)).toEqual(recipes.map(({ name }) => name));
    expect(groups[0].choices.slice(0, 2).map(({ label }) => label)).toEqual([
      'MixProp on the built-in shapes',
      'Vanilla on the built-in shapes',
    ]);
    expect(groups[1].choices[0].label).toBe('MixProp on an image folder…');
  });

  test('say what they cost, and the paper’s result', () => {
    const choice = all.find(({ recipe }) => recipe.name === 'cifar100-preact-resnet50-advprop-pgd4');
    expect(choice).toMatchObject({
      label: 'AdvProp (PGD-4) on CIFAR-100, PreAct ResNet-50…',
      description: '320 epochs, each 6 times the work of ordinary training',
    });
    expect(choice?.detail).toContain('76.7 % top-1 (Table 1)');
  });
});
