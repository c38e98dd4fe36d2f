import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseInvocation } from '../../../trainer/cli/command';
import { trainCommand } from '../../../trainer/cli/train';

const parse = (...argv: string[]) => parseInvocation(trainCommand, argv, new AbortController());

describe('the arguments of a command', () => {
  test.each([
    ['--rusn', 'there is no option --rusn; did you mean "--runs"?'],
    ['--jsn', 'did you mean "--json"?'],
    ['--epochs', 'there is no option --epochs\nusage: mixprop train'],
    ['-runs', 'there is no option -runs; did you mean "--runs"?'],
    ['--json=yes', '--json takes no value\nusage'],
    ['--runs', '--runs needs a value\nusage'],
    ['--runs=', '--runs is empty'],
    ['', 'an argument is empty'],
    ['--runs=$HOME/runs', '--runs $HOME/runs begins with the environment variable $HOME, which is not expanded'],
    ['$DATA/a.mixprop.json', '$DATA/a.mixprop.json begins with the environment variable $DATA'],
    ['--runs=~somebody/runs', '--runs ~somebody/runs begins with ~somebody, which is not expanded'],
  ])('%s is refused', (argument, message) => {
    expect(() => parse(argument)).toThrow(message);
  });

  test('of which one would be lost are refused', () => {
    expect(() => parse('--runs', 'a', '--runs=b')).toThrow('--runs is there twice, a and b: leave one out');
    expect(parse('--json', '--json', '--set', 'a=1', '--set', 'a=1').json).toBe(true);
  });

  test('where an option stands for a value', () => {
    expect(() => parse('--name', '-x')).toThrow('--name needs a value; if -x is it, write --name=-x\nusage');
    expect(() => parse('--name', '--runs', 'a')).toThrow('--name needs a value\nusage');
  });

  test('have the home folder for ~, but for what --set gives a field', () => {
    const invocation = parse('~/a.mixprop.json', '--runs=~/runs', '--set', 'dataset.path=~/data', '--set', 'name=~');
    expect(invocation.positionals).toEqual([join(homedir(), 'a.mixprop.json')]);
    expect(invocation.text('runs')).toBe(join(homedir(), 'runs'));
    expect(invocation.texts('set')).toEqual(['dataset.path=~/data', 'name=~']);
  });
});
