import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { killProcessTree } from '../../common/launch/process-tree';
import { askTrainer } from '../../common/live/live-client';
import { isProcessAlive } from '../../common/run/process-identity';
import { readLockHolder } from '../../common/run/run-lock';
import { trainerPresence } from '../../common/run/trainer-presence';
import { offer } from '../shared/offer';

const lookEveryMs = 200;
/** The current step and the checkpoint may take their time before a stop is done. */
const patienceMs = 10_000;

/** Asks a run's trainer to stop after the current step, waits for that, and offers to kill one that does not. */
export async function stopRun(folder: string, runId: string): Promise<void> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Stopping ${runId}` };
  const obstacle = await vscode.window.withProgress(options, async () => {
    let refusal: string | undefined;
    let hasReceived = false;
    askTrainer(folder, (connection) => connection.request('stop', {})).then(
      () => {
        hasReceived = true;
      },
      (error: Error) => {
        refusal = error.message;
      },
    );
    const deadline = Date.now() + patienceMs;
    while (refusal === undefined && Date.now() < deadline) {
      await delay(lookEveryMs);
      if (trainerPresence(folder) === 'gone') return undefined;
    }
    const wait = hasReceived ? 'it has received the request, but is still running' : 'it does not answer';
    return refusal ?? `${wait} after ${patienceMs / 1000} s`;
  });
  if (obstacle !== undefined && trainerPresence(folder) !== 'gone') await offerKill(folder, runId, obstacle);
}

async function offerKill(folder: string, runId: string, obstacle: string): Promise<void> {
  const problem = `${runId} did not stop: ${obstacle}.`;
  if (trainerPresence(folder) !== 'alive') return offer('warning', problem, {});
  await offer('warning', `${problem} Killed, it loses what it learned since its last checkpoint.`, {
    Kill: () => {
      // Much may have happened while the message stood there: the process must still be the one that holds the run.
      const holder = readLockHolder(folder);
      if (holder && isProcessAlive(holder)) killProcessTree(holder.pid);
    },
  });
}
