import type { ComparedRun, RunComparison } from '../../common/study/compare-runs';

/** What `compare --json` prints: runs by their labels, classes by their names. docs/compare.md says what each field is. */
export function comparisonDocument(runs: readonly ComparedRun[], comparison: RunComparison) {
  const label = (run: number) => runs[run].row.label;
  const { differences, training, evaluations, groups, seedTests, pairs, classes, incomparable } = comparison;
  return {
    runs: runs.map(({ row: { label, folder, notes, state, reason, finishedEpochs, totalEpochs, settings } }) => ({
      run: label,
      folder,
      ...(notes.name !== '' && { name: notes.name }),
      state,
      ...(reason !== undefined && { reason }),
      finishedEpochs,
      totalEpochs,
      settings,
    })),
    differences: differences.map(({ path, values }) => ({
      field: path,
      values: Object.fromEntries(values.map((value, run) => [label(run), value])),
    })),
    training: training.map((result) => ({ ...result, run: label(result.run) })),
    evaluations: evaluations.map((result) => ({ ...result, run: label(result.run) })),
    groups: groups.map((group) => ({ ...group, runs: group.runs.map(label) })),
    seedTests: seedTests.map(({ groups: [first, second], tests }) => ({
      groups: [groups[first].runs.map(label), groups[second].runs.map(label)],
      tests,
    })),
    pairs: pairs.map((pair) => ({ ...pair, runs: pair.runs.map(label) })),
    classes: classes.map((result) => ({
      ...result,
      run: label(result.run),
      topConfusions: result.topConfusions.map(({ label, predicted, ...counts }) => ({
        label: result.classes[label],
        predicted: result.classes[predicted],
        ...counts,
      })),
    })),
    incomparable: incomparable.map((entry) => ({ ...entry, runs: entry.runs.map(label) })),
  };
}
