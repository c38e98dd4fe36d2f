import { availableParallelism } from 'node:os';
import { benchmarkCommand } from './cli/benchmark';
import { type Command, parseInvocation } from './cli/command';
import { corruptCommand } from './cli/corrupt';
import { dataCommand } from './cli/data';
import { doctorCommand } from './cli/doctor';
import { evaluateCommand } from './cli/evaluate';
import { explainCommand } from './cli/explain';
import { exportCommand } from './cli/export';
import { recipeCommand } from './cli/recipe';
import { replayCommand } from './cli/replay';
import { reportCommand } from './cli/report';
import { resumeCommand } from './cli/resume';
import { runtimeCommand } from './cli/runtime';
import { trainCommand } from './cli/train';
import { validateCommand } from './cli/validate';
import { didYouMean } from './experiment/nearest-name';
import { UsageError } from './usage-error';

declare const MIXPROP_VERSION: string;

const commands: readonly Command[] = [
  trainCommand,
  resumeCommand,
  replayCommand,
  validateCommand,
  evaluateCommand,
  explainCommand,
  exportCommand,
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
arguments or configuration.`;
}

function unknownCommand(name: string): string {
  const names = commands.map((command) => command.name);
  return `there is no command "${name}"${didYouMean(name, names)}\n\n${overview()}`;
}

/** Exit status of errors whose message says all; anything else is a defect and shows its stack. */
const statusOfError: Record<string, number | undefined> = {
  UsageError: 2,
  DatasetError: 2,
  PrecisionError: 2,
  RunLockedError: 2,
  AbortError: 1,
  BackendMemoryError: 1,
  CheckpointError: 1,
  DownloadError: 1,
  OutputError: 1,
  RunWriteError: 1,
  RuntimeError: 1,
  SafetensorsError: 1,
  TrainingError: 1,
};

async function main(argv: string[]): Promise<number> {
  // sharp decodes in libuv's threads, of which there are four unless told otherwise before the first is used.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${overview()}\n`);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${MIXPROP_VERSION}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(unknownCommand(name));
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${command.summary}\n\nusage: mixprop ${command.usage}\n`);
    return 0;
  }
  return command.run(parseInvocation(command, rest, stopOnSignals()));
}

/** Ctrl-C and a polite kill stop the work in order; a second one ends the process. */
function stopOnSignals(): AbortController {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    process.stderr.write('\nstopping at the next safe point; again to end at once\n');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // Whoever read the output has gone (`| head`): stop in order rather than die of it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());
  return stop;
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const { name, message, stack } = error as Error;
    const status = statusOfError[name];
    process.stderr.write(`mixprop: ${status === undefined ? stack : message}\n`);
    process.exit(status ?? 1);
  },
);
