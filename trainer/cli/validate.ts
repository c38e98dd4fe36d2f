import { formatProblem } from '../experiment/parse';
import { UsageError } from '../usage-error';
import type { Command } from './command';
import { type ReadExperiment, readExperiment } from './experiment-files';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'check experiment files',
  usage:
    'validate EXPERIMENT...\n\nPrints a line `file:line:column: message` a problem. Exit status 2 if any is an error.',
  options: {},
  async run(invocation) {
    if (invocation.positionals.length === 0) throw new UsageError('validate needs an experiment file');
    const results = invocation.positionals.map(validateFile);
    for (const { file, lines, experiment } of results) {
      for (const line of lines) invocation.print(line);
      if (experiment && lines.length === 0) invocation.print(`${file}: no problems`);
    }
    invocation.printJson(
      results.map(({ file, experiment, problems }) => ({ file, valid: experiment !== undefined, problems })),
    );
    return results.every(({ experiment }) => experiment) ? 0 : 2;
  },
};

/** A file that cannot be read is a problem of that file; the others are still checked. */
function validateFile(file: string): Pick<ReadExperiment, 'file' | 'experiment' | 'problems' | 'lines'> {
  try {
    return readExperiment(file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const position = { line: 1, column: 1, endLine: 1, endColumn: 1 };
    const problem = {
      message: error.message,
      severity: 'error' as const,
      ...position,
      field: '',
      source: 'file' as const,
    };
    return { file, problems: [problem], lines: [formatProblem(file, problem)] };
  }
}
