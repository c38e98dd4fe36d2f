import { UsageError } from '../../common/errors/usage-error';
import { formatCost, totalCost } from '../../common/experiment/budget';
import type { SweepPoint } from '../../common/experiment/expand-sweep';
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
    for (const { file, lines, experiment, points } of results) {
      for (const line of lines) invocation.print(line);
      if (experiment && lines.length === 0) invocation.print(`${file}: no problems${sweepSize(points)}`);
    }
    invocation.printJson(
      results.map(({ file, experiment, points, problems }) => ({
        file,
        valid: experiment !== undefined,
        ...(points && { sweep: { runs: points.length, cost: sweepCost(points) } }),
        problems,
      })),
    );
    return results.every(({ experiment }) => experiment) ? 0 : 2;
  },
};

/** Cost of all runs of a sweep in N, as the paper counts it. */
const sweepCost = (points: readonly SweepPoint[]): number =>
  points.reduce((sum, { experiment }) => sum + totalCost(experiment), 0);

const sweepSize = (points: readonly SweepPoint[] | undefined): string =>
  points === undefined ? '' : `; its sweep stands for ${points.length} runs, ${formatCost(sweepCost(points))}`;
