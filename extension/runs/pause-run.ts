import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { askTrainer, type LiveConnection } from '../../common/live/live-client';
import { trainerPresence } from '../../common/run/trainer-presence';
import { offer } from '../shared/offer';
import type { KnownRun } from './run-description';
import type { RunRegistry } from './run-registry';

const lookEveryMs = 200;
/** The current step and the checkpoint may take their time before a run is paused. */
const patienceMs = 30_000;

/** Asks a run's trainer to pause after the current step, and waits for that. */
export async function pauseRun({ summary: { folder }, label }: KnownRun, registry: RunRegistry): Promise<void> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Pausing ${label}` };
  const obstacle = await vscode.window.withProgress(options, async () => {
    const refusal = await obstacleTo(folder, (trainer) => trainer.request('pause', {}));
    if (refusal !== undefined) return refusal;
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(lookEveryMs)) {
      const run = registry.find(folder);
      if (!run?.isActive || run.summary.state === 'paused') return undefined;
    }
    return `it has received the request, but is still in its step after ${patienceMs / 1000} s. It pauses after that`;
  });
  if (obstacle !== undefined) await offer('warning', `${label} is not paused: ${obstacle}.`, {});
}

/** Lets a paused run go on in its trainer. False: there is none any more, so that another has to be started. */
export async function endPause({ summary: { folder }, label }: KnownRun): Promise<boolean> {
  const obstacle = await obstacleTo(folder, (trainer) => trainer.request('resume', {}));
  if (obstacle === undefined) return true;
  if (trainerPresence(folder) === 'gone') return false;
  await offer('warning', `${label} does not go on: ${obstacle}.`, {});
  return true;
}

/** Why a trainer does not do what it is asked for, in words; undefined where it does. */
async function obstacleTo(
  folder: string,
  ask: (trainer: LiveConnection) => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await askTrainer(folder, ask);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
