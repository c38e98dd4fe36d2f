import { relative, resolve } from 'node:path';
import { UsageError } from '../../common/errors/usage-error';
import { runTargets } from '../../common/run/run-targets';
import { compareRuns } from '../../common/study/compare-runs';
import { predictionsOfEvaluation, readComparedRuns } from '../../common/study/read-compared-runs';
import type { Command } from './command';
import { comparisonDocument } from './comparison-document';
import { comparisonText, letterOf } from './comparison-text';

const mostRuns = 8;

export const compareCommand: Command = {
  name: 'compare',
  summary: 'what differs between runs: settings, results, predictions',
  usage: `compare RUN RUN...

Compares two to eight runs: the fields of their experiments that differ; results with 95 % intervals; means over runs
that differ in the seed alone, and a paired t-test where two such groups share seeds. Of runs that were evaluated on the
same images (mixprop evaluate RUN): McNemar's test, images that one gets right and the other wrong, confusions, accuracy
by class. Every table says what its intervals and p-values are. What cannot be compared is said, with the remedy.

--json prints one document with all of it: every image, the whole confusion matrices.`,
  options: {},
  async run(invocation) {
    const { positionals, signal } = invocation;
    if (positionals.length === 0) throw new UsageError('compare needs two run folders, such as runs/a runs/b');
    const { targets, passedOver } = runTargets(positionals);
    for (const problem of passedOver.values()) invocation.printError(`passed over: ${problem}`);
    if (targets.length < 2)
      throw new UsageError(
        `compare needs two to ${mostRuns} runs, and there is one: name another beside ${targets[0]}`,
      );
    if (targets.length > mostRuns)
      throw new UsageError(`compare takes two to ${mostRuns} runs, and there are ${targets.length}: name fewer`);
    const { runs, problems } = await readComparedRuns(targets, signal);
    invocation.warn(...problems);
    const comparison = compareRuns(runs, predictionsOfEvaluation, {
      nameOf: ({ row }) => (invocation.json ? row.label : letterOf(runs.findIndex((run) => run.row === row))),
      pathOf: ({ row }) => shortPath(row.folder),
    });
    if (invocation.json) invocation.printJson(comparisonDocument(runs, comparison));
    else for (const line of comparisonText(runs, comparison)) invocation.print(line);
    return 0;
  },
};

/** From here, where that does not lead up. */
function shortPath(folder: string): string {
  const path = relative(process.cwd(), resolve(folder));
  return path === '' || path.startsWith('..') ? folder : path;
}
