import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { experimentSuffix } from '../../common/experiment/experiment-name';
import { readRecordedRun } from '../../common/run/recorded-run';
import type { KnownRun } from '../runs/run-description';
import { chooseRuns, noRuns } from '../runs/run-picker';
import type { RunRegistry } from '../runs/run-registry';
import type { Handlers } from '../shared/command-handler';
import { offer } from '../shared/offer';
import { experimentFileOf } from './experiment-files';

/** The commands that lead from a run to its experiment. */
export function experimentOfRunHandlers(registry: RunRegistry): Handlers<'openExperiment' | 'restoreExperiment'> {
  const readableRun = async (title: string, clicked: unknown) => {
    const fits = ({ summary }: KnownRun) => summary.method !== '';
    const [run] = await chooseRuns(registry, { title, fits, none: noRuns }, clicked, undefined);
    return run;
  };
  return {
    async openExperiment(clicked) {
      const run = await readableRun('Open Experiment', clicked);
      if (!run) return;
      const file = experimentFileOf(run.summary.folder);
      if (file) await vscode.window.showTextDocument(file);
      else {
        await offer('information', `The experiment file of ${run.label} is no longer there.`, {
          'Restore Experiment': () => restoreExperiment(run),
        });
      }
    },

    async restoreExperiment(clicked) {
      const run = await readableRun('Restore Experiment', clicked);
      if (run) await restoreExperiment(run);
    },
  };
}

/** Writes what a run has recorded as a new experiment file where its paths lead to its data, and opens it. */
async function restoreExperiment({ summary: { folder, runId } }: KnownRun): Promise<void> {
  const { experiment, baseFolder } = readRecordedRun(folder);
  const file = writeNew(baseFolder, runId, `${JSON.stringify(experiment, null, 2)}\n`);
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}

/** Writes `small-1.mixprop.json`, or `small-1-2.mixprop.json` where that is there; returns its path. */
function writeNew(folder: string, name: string, text: string): string {
  for (let number = 1; ; number++) {
    const file = join(folder, `${name}${number === 1 ? '' : `-${number}`}${experimentSuffix}`);
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
