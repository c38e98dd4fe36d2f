/** Shown in place of a panel's contents: why there are none, and what to do. */
export interface Notice {
  title: string;
  advice: string;
  /** Whether the view's button, by default "Choose Runs…", helps. */
  offersRuns: boolean;
}

/**
 * The notice for a panel about runs as it is, or undefined when it has runs to show.
 * @param live false in a report
 */
export function panelNotice(
  { hydrated, runs, unreadable }: Record<'runs' | 'unreadable', { readonly length: number }> & { hydrated: boolean },
  live: boolean,
): Notice | undefined {
  if (!hydrated) return { title: 'Loading the runs…', advice: 'Long runs take a few seconds.', offersRuns: false };
  if (runs.length > 0) return undefined;
  if (unreadable.length > 0) {
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

const maxNames = 3;

/** "The folder of small-1 is no longer there. …" */
export function goneText(labels: readonly string[]): string {
  if (labels.length === 0) return '';
  const named = labels.slice(0, maxNames).join(', ');
  const more = labels.length > maxNames ? ` and ${labels.length - maxNames} more` : '';
  const [what, them] = labels.length === 1 ? ['folder of', 'is'] : ['folders of', 'are'];
  return `The ${what} ${named}${more} ${them} no longer there: deleted or renamed. What was read before is still shown.`;
}
