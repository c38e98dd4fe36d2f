import * as vscode from 'vscode';
import type { Experiment } from '../../common/experiment/schema';
import { readRunInfo } from '../../common/run/run-info';
import type { RunSummary } from '../../common/run/run-summary';
import type { KnownRun } from './run-description';
import type { RunLauncher } from './run-launcher';

/** As the experiment's schema has it. */
const maxEpochs = 100_000;

/** Asks up to which epoch a run is to be trained, and goes on with it. Whether it trains. */
export async function extendRun({ summary, label }: KnownRun, launcher: RunLauncher): Promise<boolean> {
  const { folder } = summary;
  const { experiment, problem } = readRunInfo(folder);
  if (experiment === undefined) throw new Error(problem);
  const epochs = await vscode.window.showInputBox({
    title: `Extend ${label}`,
    prompt: extensionPrompt(summary, experiment),
    value: String(suggestedEpochs(summary.totalEpochs)),
    validateInput: (text) => epochsProblem(text, summary.totalEpochs),
  });
  return epochs !== undefined && launcher.resume(folder, label, extensionArguments(Number(epochs), summary));
}

/** Half as many epochs again. */
export const suggestedEpochs = (epochs: number): number => Math.min(maxEpochs, epochs + Math.ceil(epochs / 2));

/** Why a run of so many epochs cannot be extended to what was entered, with what to do; undefined where it can. */
export function epochsProblem(text: string, epochs: number): string | undefined {
  if (!/^\s*\d+\s*$/.test(text)) return 'Enter the last epoch, a whole number.';
  if (Number(text) <= epochs) return `Its experiment has ${epochs} epochs: enter a larger number.`;
  return Number(text) > maxEpochs ? `Enter a number up to ${maxEpochs}.` : undefined;
}

/** What comes behind `mixprop resume RUN`. */
export function extensionArguments(epochs: number, summary: RunSummary): string[] {
  // Otherwise it would end again after the next epoch.
  const goesOn = hasStoppedEarly(summary) ? ['--set', 'training.stopWhen=null'] : [];
  return ['--epochs', String(epochs), ...goesOn];
}

/** What is to be known before the number is entered. */
export function extensionPrompt(summary: RunSummary, { schedule }: Pick<Experiment, 'schedule'>): string {
  const { epoch, totalEpochs, reason } = summary;
  const parts = [`Train to the end of which epoch? So far ${epoch} of ${totalEpochs}.`];
  if (hasStoppedEarly(summary)) parts.push(`It ended by ${reason}. Extended, it no longer stops early.`);
  parts.push(
    schedule.type === 'cosine'
      ? 'Its cosine then ends there, so the learning rate jumps where it goes on.'
      : 'The milestones of its schedule stay where they are.',
  );
  return parts.join(' ');
}

/** By `training.stopWhen`. */
const hasStoppedEarly = ({ state, reason }: RunSummary): boolean =>
  state === 'finished' && reason?.startsWith('early stopping') === true;
