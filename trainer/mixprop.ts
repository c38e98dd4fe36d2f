import { availableParallelism } from 'node:os';
import { plainMessage } from '../common/errors/system-error';
import { UsageError } from '../common/errors/usage-error';
import { didYouMean } from '../common/experiment/nearest-name';
import { benchmarkCommand } from './cli/benchmark';
import { type Command, parseInvocation } from './cli/command';
import { compareCommand } from './cli/compare';
import { corruptCommand } from './cli/corrupt';
import { dataCommand } from './cli/data';
import { doctorCommand } from './cli/doctor';
import { evaluateCommand } from './cli/evaluate';
import { exitStatusOf } from './cli/exit-status';
import { explainCommand } from './cli/explain';
import { exportCommand } from './cli/export';
import { exitWhenWritten, stopWithOutput } from './cli/output-streams';
import { pauseCommand } from './cli/pause';
import { clearProgress } from './cli/progress';
import { recipeCommand } from './cli/recipe';
import { replayCommand } from './cli/replay';
import { reportCommand } from './cli/report';
import { resumeCommand } from './cli/resume';
import { runsCommand } from './cli/runs';
import { runtimeCommand } from './cli/runtime';
import { stopCommand } from './cli/stop';
import { stopOnSignals } from './cli/stop-signals';
import { sweepCommand } from './cli/sweep';
import { trainCommand } from './cli/train';
import { validateCommand } from './cli/validate';
import type { CheckpointRequest } from './signals/checkpoint-request';

declare const MIXPROP_VERSION: string;

const commands: readonly Command[] = [
  trainCommand,
  sweepCommand,
  pauseCommand,
  stopCommand,
  resumeCommand,
  replayCommand,
  validateCommand,
  evaluateCommand,
  explainCommand,
  exportCommand,
  runsCommand,
  compareCommand,
  reportCommand,
  recipeCommand,
  dataCommand,
  corruptCommand,
  benchmarkCommand,
  runtimeCommand,
  doctorCommand,
];

function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `MixProp Studio ${MIXPROP_VERSION}: experiments with dual batch normalisation

usage: mixprop COMMAND [arguments]

${lines.join('\n')}

Every command: --help, --json (JSON on stdout, text on stderr). Exit status: 0 done, 1 the work failed, 2 unusable
arguments or configuration. Also: mixprop help COMMAND, mixprop --version.`;
}

function unknownCommand(name: string): string {
  const names = commands.map((command) => command.name);
  return `there is no command "${name}"${didYouMean(name, [...names, '--help', '--version'])}\n\n${overview()}`;
}

function commandOf(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(unknownCommand(name));
  return command;
}

function printHelp({ summary, usage }: Command): number {
  process.stdout.write(`${summary}\n\nusage: mixprop ${usage}\n`);
  return 0;
}

async function run(argv: string[], checkpointRequest: CheckpointRequest): Promise<number> {
  // sharp decodes in libuv's threads, of which there are four unless told otherwise before the first is used.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  const stop = new AbortController();
  stopOnSignals(stop);
  stopWithOutput(stop);
  const [name, ...rest] = argv;
  if (name === 'help' && rest.length > 0 && !rest[0].startsWith('-')) return printHelp(commandOf(rest[0]));
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${overview()}\n`);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${MIXPROP_VERSION}\n`);
    return 0;
  }
  const command = commandOf(name);
  if (rest.includes('--help') || rest.includes('-h')) return printHelp(command);
  return command.run(parseInvocation(command, rest, stop, checkpointRequest));
}

/** Runs the command of a command line, and ends the process with its exit status. */
export function main(argv: string[], checkpointRequest: CheckpointRequest): void {
  run(argv, checkpointRequest).then(exitWhenWritten, (error: unknown) => {
    const status = exitStatusOf(error);
    clearProgress();
    process.stderr.write(`mixprop: ${status === undefined ? (error as Error).stack : plainMessage(error)}\n`);
    return exitWhenWritten(status ?? 1);
  });
}
