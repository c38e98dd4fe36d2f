import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../../common/errors/usage-error';
import { parseExperiment } from '../../../common/experiment/parse';
import { recipeText } from '../../../common/experiment/recipe-text';
import { recipes } from '../../../common/experiment/recipes';
import { parseInvocation } from '../../../trainer/cli/command';
import { recipeCommand } from '../../../trainer/cli/recipe';
import { temporaryFolder } from '../data/temporary-folder';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterEach(() => vi.restoreAllMocks());

/** Runs the command in `folder`; its status, and what it printed on stdout. */
async function recipe(...argv: string[]): Promise<{ status: number; output: string }> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const status = await recipeCommand.run(parseInvocation(recipeCommand, argv, new AbortController()));
  return { status, output };
}
const written = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const named = (name: string) => recipes.find((candidate) => candidate.name === name)!;

describe('mixprop recipe list', () => {
  test('names every recipe with its cost', async () => {
    const { status, output } = await recipe('list');
    expect(status).toBe(0);
    for (const { name, group } of recipes) {
      expect(output).toContain(name);
      expect(output).toContain(group.title);
    }
    expect(output).toMatch(/cifar100-preact-resnet18-mixprop +640 N .*78\.05 % top-1 \(Table 1\)/);
  });

  test('with --json is one document', async () => {
    const list = JSON.parse((await recipe('list', '--json')).output) as { name: string }[];
    expect(list.map(({ name }) => name)).toEqual(recipes.map(({ name }) => name));
    expect(list.find(({ name }) => name === 'cifar100-preact-resnet50-advprop-pgd4')).toMatchObject({
      dataset: 'cifar100',
      architecture: 'preact-resnet50',
      method: 'advprop',
      published: { top1: 76.7, source: 'Table 1' },
      epochs: 320,
      epochCost: 6,
      totalCost: 1920,
    });
  });
});

describe('mixprop recipe write', () => {
  test('writes a file of the recipe’s name, and prints its path and budget', async () => {
    const { status, output } = await recipe('write', 'shapes-mixprop');
    expect(status).toBe(0);
    expect(output).toContain('shapes-mixprop.mixprop.json\n2 N an epoch, 20 N in 10 epochs');
    expect(written('shapes-mixprop.mixprop.json')).toBe(recipeText(named('shapes-mixprop'), 'shapes-mixprop', null));
    expect(parseExperiment(written('shapes-mixprop.mixprop.json'), folder).problems).toEqual([]);
  });

  test('takes the data folder as the file has to name it', async () => {
    mkdirSync(join(folder, 'data', 'cifar'), { recursive: true });
    mkdirSync(join(folder, 'experiments'));
    await recipe('write', 'cifar100-preact-resnet18-vanilla', '--data', 'data/cifar');
    expect(written('cifar100-preact-resnet18-vanilla.mixprop.json')).toContain('"path": "data/cifar"');
    await recipe(
      'write',
      'cifar100-preact-resnet18-vanilla',
      '--data',
      'data/cifar',
      '--out',
      'experiments/a.mixprop.json',
    );
    const { experiment, problems } = parseExperiment(
      written('experiments', 'a.mixprop.json'),
      join(folder, 'experiments'),
    );
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({ name: 'a', dataset: { path: join(folder, 'data', 'cifar') } });
  });

  test('without a data folder says what to set', async () => {
    const { output } = await recipe('write', 'imagenet100-resnet50-advprop-pgd4');
    expect(output).toContain('6 N an epoch (about 4.67 N here: ');
    expect(output).toContain('set dataset.path in it, the folder with train/ and val/');
  });

  test('with --json gives the file and the budget', async () => {
    const { output } = await recipe('write', 'shapes-fast-advprop', '--json');
    expect(JSON.parse(output)).toEqual({
      file: join(folder, 'shapes-fast-advprop.mixprop.json'),
      name: 'shapes-fast-advprop',
      recipe: 'shapes-fast-advprop',
      epochs: 10,
      epochCost: 1.2,
      expectedEpochCost: 1.2,
      totalCost: 12,
    });
  });

  test('never overwrites', async () => {
    writeFileSync(join(folder, 'shapes-mixprop.mixprop.json'), 'mine');
    await expect(recipe('write', 'shapes-mixprop')).rejects.toThrow(
      'shapes-mixprop.mixprop.json exists already: give another --out FILE',
    );
    expect(written('shapes-mixprop.mixprop.json')).toBe('mine');
  });

  test.each([
    [['write', 'shapes-mixpop'], 'there is no recipe "shapes-mixpop"; did you mean "shapes-mixprop"?'],
    [['write', 'nothing-like-that-at-all'], '`mixprop recipe list` names all'],
    [['write'], 'takes the name of one recipe'],
    [['list', 'all'], 'takes no further arguments'],
    [['show'], 'there is no "recipe show"'],
    [[], 'list or write'],
    [['write', 'shapes-mixprop', '--data', '.'], 'needs no data: leave --data out'],
    [['write', 'image-folder-mixprop', '--data', 'nowhere'], 'give the one with train/ and val/'],
    [['write', 'shapes-mixprop', '--out', 'a.json'], 'ends with .mixprop.json'],
    [['write', 'shapes-mixprop', '--out', 'a:b.mixprop.json'], 'cannot contain ":"'],
    [['write', 'shapes-mixprop', '--out', 'nowhere/a.mixprop.json'], 'there is no such folder'],
  ])('%j is refused with the remedy', async (argv, message) => {
    await expect(recipe(...argv)).rejects.toThrow(UsageError);
    await expect(recipe(...argv)).rejects.toThrow(message);
  });
});
