import { UsageError } from '../../common/errors/usage-error';
import type { Command } from './command';
import { readExperiment } from './experiment-files';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'check experiment files',
  usage:
    'validate EXPERIMENT...\n\nPrints a line `file:line:column: message` a problem. Exit status 2 if any is an error.',
  options: {},
  async run(invocation) {
    if (invocation.positionals.length === 0) throw new UsageError('validate needs an experiment file');
    const results = invocation.positionals.map((file) => readExperiment(file));
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
