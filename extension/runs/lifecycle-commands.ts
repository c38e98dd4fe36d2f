import type { Handlers } from '../shared/command-handler';
import { requireTrust } from '../shared/trust';
import { extendRun } from './extend-run';
import { endPause, pauseRun } from './pause-run';
import { type KnownRun, type RunContextValue, runContextValue } from './run-description';
import type { RunLauncher } from './run-launcher';
import { chooseRuns } from './run-picker';
import type { RunRegistry } from './run-registry';
import { stopRun } from './stop-run';

interface LifecycleContext {
  registry: RunRegistry;
  launcher: RunLauncher;
  /** Shows the curves of a run that was started. */
  showCurves(folder: string): Promise<void>;
}

type LifecycleCommand = 'pauseRun' | 'resumeRun' | 'stopRun' | 'extendRun' | 'runAgain';

/** The commands that begin, hold and end training. */
export function lifecycleHandlers({ registry, launcher, showCurves }: LifecycleContext): Handlers<LifecycleCommand> {
  const isOneOf =
    (...values: RunContextValue[]) =>
    (run: KnownRun) =>
      values.includes(runContextValue(run));
  const startAgain = async ({ summary: { folder }, label }: KnownRun) => {
    if (await launcher.resume(folder, label)) await showCurves(folder);
  };
  return {
    async pauseRun(clicked, selected) {
      if (!(await requireTrust('Pausing a run'))) return;
      const choice = { title: 'Pause Run', fits: isOneOf('run.active'), none: 'No run is in training.' };
      const runs = await chooseRuns(registry, choice, clicked, selected);
      await Promise.all(runs.map((run) => pauseRun(run, registry)));
    },

    async resumeRun(clicked, selected) {
      if (!(await requireTrust('Resuming a run'))) return;
      const choice = {
        title: 'Resume Run',
        fits: isOneOf('run.paused', 'run.resumable'),
        none: 'No run can be resumed: none was paused or stopped, or failed.',
      };
      for (const run of await chooseRuns(registry, choice, clicked, selected)) {
        if (!(run.isActive && (await endPause(run)))) await startAgain(run);
      }
    },

    async stopRun(clicked, selected) {
      if (!(await requireTrust('Stopping a run'))) return;
      const choice = { title: 'Stop Run', fits: ({ isActive }: KnownRun) => isActive, none: 'No run is active.' };
      const runs = await chooseRuns(registry, choice, clicked, selected);
      await Promise.all(runs.map(({ summary, label }) => stopRun(summary.folder, label)));
    },

    async extendRun(clicked, selected) {
      if (!(await requireTrust('Extending a run'))) return;
      const choice = {
        title: 'Extend Run',
        fits: isOneOf('run.finished', 'run.resumable'),
        none: 'No run can be extended: one that is in training has to be stopped first.',
      };
      for (const run of await chooseRuns(registry, choice, clicked, selected)) {
        if (await extendRun(run, launcher)) await showCurves(run.summary.folder);
      }
    },

    async runAgain(clicked, selected) {
      if (!(await requireTrust('Running an experiment'))) return;
      const choice = {
        title: 'Run Again',
        fits: ({ summary }: KnownRun) => summary.method !== '',
        none: 'There is no run whose experiment can be read.',
      };
      for (const { summary } of await chooseRuns(registry, choice, clicked, selected)) {
        const folder = await launcher.trainAgain(summary.folder);
        if (folder !== undefined) await showCurves(folder);
      }
    },
  };
}
