import type { DivergenceRuns, PanelDivergence } from './divergence-runs';

/** What stands in place of the heatmaps, with what to do about it. */
export interface Notice {
  title: string;
  advice: string;
  /** Whether a button to choose runs helps. */
  offersRuns: boolean;
}

/** The notice for the panel as it is, or undefined when it has runs to show. */
export function panelNotice(
  runs: Pick<DivergenceRuns, 'hydrated' | 'runs' | 'unreadable'>,
  live: boolean,
): Notice | undefined {
  if (!runs.hydrated) return { title: 'Loading the runs…', advice: 'Long runs take a few seconds.', offersRuns: false };
  if (runs.runs.length > 0) return undefined;
  if (runs.unreadable.length > 0) {
    return { title: 'None of the runs could be read', advice: 'The reasons are above.', offersRuns: live };
  }
  return {
    title: 'No run to show',
    advice: live
      ? 'Start one with “MixProp: Run Experiment” in the command palette, or choose among the runs that are there.'
      : 'The report was made without runs.',
    offersRuns: live,
  };
}

/** What stands in place of a run's heatmap; undefined when it has one. */
export function runNotice({ header, branches, records }: PanelDivergence): string | undefined {
  if (branches === 'main') {
    return `${header.description.split(' ·')[0]} has one branch: main sees every image, and there is no second one to compare with. Choose a run of mixprop, advprop or fast-advprop beside it.`;
  }
  if (records.some(({ endsEpoch }) => endsEpoch)) return undefined;
  switch (header.state) {
    case 'queued':
    case 'running':
    case 'paused':
      return 'Waiting for the first epoch to end: the branches are compared then. Set record.divergenceEvery to compare them more often.';
    default:
      return 'The run ended before its first epoch did, so its branches were never compared. Resume it, or choose another run.';
  }
}
