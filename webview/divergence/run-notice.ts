import type { PanelDivergence } from './divergence-runs';

/** What stands in place of a run's heatmap; undefined when it has one. */
export function runNotice({ header, branches, records }: PanelDivergence): string | undefined {
  if (branches === 'main') {
    return `${header.description.split(' ·')[0]} has one branch: main sees every image, and there is no second one to compare with. Choose a run with dual batch normalisation beside it, such as one of mixprop.`;
  }
  if (records.some(({ endsEpoch }) => endsEpoch)) return undefined;
  return ['queued', 'running', 'paused'].includes(header.state)
    ? 'Waiting for the first epoch to end: the branches are compared then. Set record.divergenceEvery to compare them more often.'
    : 'The run ended before its first epoch did, so its branches were never compared. Resume it, or choose another run.';
}
