import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseInvocation } from '../../../trainer/cli/command';
import { trainCommand } from '../../../trainer/cli/train';

const parse = (...argv: string[]) => parseInvocation(trainCommand, argv, new AbortController());

describe('the arguments of a command', () => {
  test.each([
    ['--rusn', 'Unknown option \'--rusn\'; did you mean "--runs"?'],
    ['--jsn', 'did you mean "--json"?'],
    ['--epochs', "Unknown option '--epochs'\nusage: mixprop train"],
    ['--runs=$HOME/runs', '--runs $HOME/runs begins with the environment variable $HOME, which is not expanded'],
    ['$DATA/a.mixprop.json', '$DATA/a.mixprop.json begins with the environment variable $DATA'],
    ['--runs=~somebody/runs', '--runs ~somebody/runs begins with ~somebody, which is not expanded'],
  ])('%s is refused', (argument, message) => {
    expect(() => parse(argument)).toThrow(message);
  });

  test('have the home folder for ~, but for what --set gives a field', () => {
    const invocation = parse('~/a.mixprop.json', '--runs=~/runs', '--set', 'dataset.path=~/data', '--set', 'name=~');
    expect(invocation.positionals).toEqual([join(homedir(), 'a.mixprop.json')]);
    expect(invocation.text('runs')).toBe(join(homedir(), 'runs'));
    expect(invocation.texts('set')).toEqual(['dataset.path=~/data', 'name=~']);
  });
});
