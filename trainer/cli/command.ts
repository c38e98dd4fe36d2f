import { parseArgs } from 'node:util';
import { UsageError } from '../../common/errors/usage-error';
import { didYouMean } from '../../common/experiment/nearest-name';
import { expandHome, pathProblem } from '../../common/experiment/written-path';
import { CheckpointRequest } from '../signals/checkpoint-request';
import { clearProgress, Progress } from './progress';

/** A command of `mixprop`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints after "usage: mixprop ". */
  readonly usage: string;
  /** Names of its options, without dashes. Every command has `help` and `json` besides. */
  readonly options: CommandOptions;
  /** Returns the exit status: 0 done, 1 the work failed. Throws UsageError for 2. */
  run(invocation: Invocation): Promise<number>;
}

export interface CommandOptions {
  /** `--name VALUE`, at most once. */
  texts?: readonly string[];
  /** `--name VALUE`, repeatable. */
  lists?: readonly string[];
  /** `--name` */
  flags?: readonly string[];
}

type OptionValue = string | boolean | (string | boolean)[] | undefined;

/** One call of a command: its arguments and where its output goes. */
export class Invocation {
  constructor(
    readonly positionals: readonly string[],
    private readonly values: Record<string, OptionValue>,
    /** Aborted by Ctrl-C and the like; a run's live connection may abort it too. */
    readonly stop: AbortController,
    /** Made by the signals that ask a run for a checkpoint. */
    readonly checkpointRequest: CheckpointRequest,
  ) {}

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  get json(): boolean {
    return this.values.json === true;
  }

  /** The only argument. @throws UsageError with `problem` where there is none, or another */
  single(problem: string): string {
    const [argument, ...others] = this.positionals;
    if (argument === undefined || others.length > 0) throw new UsageError(problem);
    return argument;
  }

  /** @throws UsageError where there is an argument @param command its name */
  optionsOnly(command: string): void {
    const [argument] = this.positionals;
    if (argument !== undefined) throw new UsageError(`${command} takes options only, not "${argument}"`);
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** An integer option within [minimum, maximum]; UsageError otherwise. */
  integer(name: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!Number.isInteger(number) || number < minimum || number > maximum) {
      const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
      throw new UsageError(`--${name} must be a whole number ${range}, not "${value}"`);
    }
    return number;
  }

  /** One of a list; UsageError otherwise. */
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!values.includes(value as T))
      throw new UsageError(`--${name} must be one of ${values.join(', ')}, not "${value}"${didYouMean(value, values)}`);
    return value as T;
  }

  /** A line for people: on stdout, or on stderr where stdout carries JSON. */
  print(line = ''): void {
    write(this.json ? process.stderr : process.stdout, line);
  }

  /** A line about something that went wrong, on stderr. */
  printError(line: string): void {
    write(process.stderr, line);
  }

  /** Prints the warnings that are given, on stderr. */
  warn(...messages: readonly (string | undefined)[]): void {
    for (const message of messages) if (message) this.printError(`warning: ${message}`);
  }

  /** A JSON value on stdout, on a line of its own; with `--json` only. */
  printJson(value: unknown): void {
    if (this.json) write(process.stdout, JSON.stringify(value));
  }

  /** A progress bar on a terminal, now and then a plain line in a log. */
  progress(): Progress {
    return new Progress(this.json ? process.stderr : process.stdout);
  }
}

function write(stream: NodeJS.WriteStream, line: string): void {
  if (stream.isTTY) clearProgress();
  stream.write(`${line}\n`);
}

/** Splits a command's arguments; throws UsageError with the offending word. */
export function parseInvocation(
  command: Command,
  argv: string[],
  stop: AbortController,
  checkpointRequest = new CheckpointRequest(),
): Invocation {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: argv,
      options: parseOptions(command.options),
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    refuseLost(command, tokens);
    const named = Object.entries(values as Record<string, OptionValue>).map(([name, value]) => {
      // What --set gives a field is read with the experiment.
      const isPath = name !== 'set' && typeof value === 'string';
      return [name, isPath ? withHome(value, `--${name} `) : value];
    });
    const words = positionals.map((word) => withHome(word, ''));
    return new Invocation(words, Object.fromEntries(named) as Record<string, OptionValue>, stop, checkpointRequest);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${argumentProblem(command, argv, error as Error)}\nusage: mixprop ${command.usage}`);
  }
}

/** Options in the form of node:util's parseArgs. */
function parseOptions({ texts = [], lists = [], flags = [] }: CommandOptions) {
  type Option = { type: 'string' | 'boolean'; multiple?: boolean; short?: string };
  const named = (names: readonly string[], option: Option) => names.map((name) => [name, option] as const);
  const options: Record<string, Option> = Object.fromEntries([
    ...named(texts, { type: 'string' }),
    ...named(lists, { type: 'string', multiple: true }),
    ...named([...flags, 'json'], { type: 'boolean' }),
    ...named(['help'], { type: 'boolean', short: 'h' }),
  ]);
  return options;
}

/** What parseArgs found wrong, in our words. */
function argumentProblem({ options }: Command, argv: string[], { message }: Error): string {
  const names = Object.keys(parseOptions(options));
  const option = /'(?:-\w, )?(--?[^' ]+)/.exec(message)?.[1] ?? '';
  if (message.startsWith('Unknown option')) {
    // Of "-runs" it names "-r".
    const word = option.startsWith('--') ? option : (argv.find((text) => text.startsWith(option)) ?? option);
    const near = didYouMean(word.replace(/^-+/, ''), names, '--');
    return `there is no option ${word}${near}`;
  }
  if (/not take an argument/.test(message)) return `${option} takes no value`;
  const next = argv[argv.indexOf(option) + 1];
  const isOption = next === undefined || names.includes(next.replace(/^--/, ''));
  return `${option} needs a value${isOption ? '' : `; if ${next} is it, write ${option}=${next}`}`;
}

type Token = { kind: string; name?: string; value?: string };

/** Refuses an option given twice, one of which would be lost, and an empty word, most often an unset variable. */
function refuseLost({ options }: Command, tokens: readonly Token[]): void {
  const given = new Map<string, string>();
  for (const { kind, name = '', value } of tokens) {
    if (value === '') throw new UsageError(`${kind === 'option' ? `--${name}` : 'an argument'} is empty`);
    if (kind !== 'option' || value === undefined || options.lists?.includes(name)) continue;
    const earlier = given.get(name);
    if (earlier !== undefined) {
      throw new UsageError(`--${name} is there twice, ${earlier} and ${value}: leave one out`);
    }
    given.set(name, value);
  }
}

/** Shells leave `--runs=~/runs` as it is, and '$HOME/runs' in quotes. */
function withHome(word: string, option: string): string {
  const problem = /^[~$%]/.test(word) ? pathProblem(word, process.cwd()) : undefined;
  if (problem !== undefined) throw new UsageError(`${option}${word} ${problem}`);
  return expandHome(word);
}
