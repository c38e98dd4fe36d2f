import { formatSeconds } from '../../common/run/duration';
import type { RunNotes } from '../../common/run/run-notes';
import type { RunSummary } from '../../common/run/run-summary';
import { onOneLine } from '../process/error-text';
import { formatLoss, formatPercent } from '../shared/format';

/** What a person has said of a run; nothing where the file cannot be read. */
export interface ReadNotes extends RunNotes {
  /** Why it cannot, naming the file and the remedy. */
  problem?: string;
}

/** A run as the extension knows it. */
export interface KnownRun {
  summary: RunSummary;
  /** The name that a person gave it, else its id; with more where other runs are called the same. */
  label: string;
  notes: ReadNotes;
  /** A trainer works on it. */
  isActive: boolean;
  /** When it began, in ms since 1970: its first record's time, before that its folder's. */
  startedAt: number;
}

/** The kinds of runs that package.json's menus tell apart. */
export const runContextValues = ['run.active', 'run.paused', 'run.resumable', 'run.finished', 'run.damaged'] as const;
export type RunContextValue = (typeof runContextValues)[number];

export function runContextValue({ summary, isActive }: KnownRun): RunContextValue {
  if (isActive) return summary.state === 'paused' ? 'run.paused' : 'run.active';
  if (isUnreadable(summary)) return 'run.damaged';
  return summary.state === 'finished' ? 'run.finished' : 'run.resumable';
}

/** Where steps are known, what is wrong is with some of the records. */
const isUnreadable = ({ problem, step }: RunSummary): boolean => problem !== undefined && step === 0;

/** Theme icon and, where it has one, theme colour. */
export interface RunIcon {
  id: string;
  color?: string;
}

export function runIcon({ summary, isActive }: KnownRun): RunIcon {
  if (summary.problem !== undefined) return { id: 'warning', color: 'list.warningForeground' };
  switch (summary.state) {
    case 'queued':
      return isActive ? { id: 'loading~spin' } : { id: 'clock' };
    case 'running':
      return { id: 'sync~spin', color: 'charts.blue' };
    case 'paused':
      return { id: 'debug-pause', color: 'charts.yellow' };
    case 'stopped':
      return { id: 'debug-stop', color: 'charts.yellow' };
    case 'failed':
      return { id: 'error', color: 'list.errorForeground' };
    case 'finished':
      return { id: 'pass', color: 'charts.green' };
  }
}

/** Finished steps of all steps, in [0, 1]; undefined while the number of steps is not known. */
function runProgress({ step, totalSteps }: RunSummary): number | undefined {
  return totalSteps > 0 ? Math.min(1, step / totalSteps) : undefined;
}

/** A run in a line: "★ · epoch 3/30 · 41 % · best 52.3 % · #ablation · small-1". Its id is there where it has another name. */
export function describeRun(run: KnownRun): string {
  return [...(run.notes.star ? ['★'] : []), describeTraining(run), ...personalParts(run)].filter(Boolean).join(' · ');
}

function personalParts({ summary, label, notes }: KnownRun): string[] {
  const isNamed = notes.name !== '' && !label.includes(summary.runId);
  return [
    ...(notes.problem === undefined ? [] : ['damaged notes']),
    ...(notes.tags.length === 0 ? [] : [notes.tags.map((tag) => `#${tag}`).join(' ')]),
    ...(isNamed ? [summary.runId] : []),
  ];
}

/** "epoch 3/30 · 41 % · best 52.3 %" */
function describeTraining({ summary, isActive }: KnownRun): string {
  if (isUnreadable(summary)) return 'cannot be read';
  const { state, reason, epoch, totalEpochs, bestTop1 } = summary;
  const progress = runProgress(summary);
  const parts: string[] = summary.problem === undefined ? [] : ['damaged records'];
  if (state === 'queued') parts.push(isActive ? 'preparing' : 'not started');
  else if (state === 'failed' && reason !== undefined) parts.push(`failed: ${failureCause(reason)}`);
  else if (state !== 'running' && state !== 'finished') parts.push(state);
  if (epoch > 0) parts.push(totalEpochs > 0 ? `epoch ${epoch}/${totalEpochs}` : `epoch ${epoch}`);
  if ((state === 'running' || state === 'paused') && progress !== undefined) parts.push(percentDone(progress));
  if (bestTop1 !== undefined) parts.push(`best ${formatPercent(bestTop1)}`);
  return parts.join(' · ');
}

/** A run as a screen reader says it: "small-1, finished, epoch 3/3 · best 52.3 %". Its state is said once. */
export function spokenRun(run: KnownRun): string {
  const { state } = run.summary;
  const training = describeTraining(run);
  const said = [
    run.label,
    run.notes.star ? 'starred' : '',
    training.startsWith(state) ? '' : state,
    training,
    ...personalParts(run),
  ];
  return said.filter(Boolean).join(', ');
}

/** What the tooltip says of a run, row by row. */
export function runDetails({ summary, label, notes, startedAt }: KnownRun): [label: string, value: string][] {
  const progress = runProgress(summary);
  const rows: [string, string | undefined][] = [
    ['Run', label === summary.runId ? undefined : summary.runId],
    ['Note', notes.note || undefined],
    ['Tags', notes.tags.join(', ') || undefined],
    ['Notes', notes.problem],
    ['State', summary.state],
    ['Problem', summary.problem],
    ['Reason', summary.reason],
    ['Experiment', summary.name],
    ['Method', summary.method || undefined],
    ['Network', summary.architecture || undefined],
    ['Epoch', summary.epoch > 0 ? `${summary.epoch} of ${summary.totalEpochs}` : undefined],
    [
      'Step',
      progress === undefined ? undefined : `${summary.step} of ${summary.totalSteps} (${percentDone(progress)})`,
    ],
    ['Loss', summary.lastLoss === undefined ? undefined : formatLoss(summary.lastLoss)],
    ['Best top-1', summary.bestTop1 === undefined ? undefined : formatPercent(summary.bestTop1, 2)],
    ['Last top-1', summary.lastTop1 === undefined ? undefined : formatPercent(summary.lastTop1, 2)],
    [
      'Speed',
      summary.state === 'running' && summary.imagesPerSecond !== undefined
        ? `${summary.imagesPerSecond.toFixed(1)} images/s`
        : undefined,
    ],
    ['Remaining', summary.secondsLeft === undefined ? undefined : formatSeconds(summary.secondsLeft)],
    ['Started', new Date(startedAt).toLocaleString()],
    ['Folder', summary.folder],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

/** The status bar's icon for the active runs: still when none of them trains. */
export const statusBarIcon = (active: readonly KnownRun[]): string =>
  active.every(({ summary }) => summary.state === 'paused') ? 'debug-pause' : 'sync~spin';

/** The status bar's text for the active runs, newest first, without its icon: "cifar-1 41 %, 12 min left (+1)". */
export function statusBarText(active: readonly KnownRun[]): string {
  const [newest] = active;
  if (!newest) return '';
  const { summary, label } = newest;
  const progress = runProgress(summary);
  const { state } = summary;
  const percent = progress === undefined ? '' : percentDone(progress);
  const done = state === 'paused' ? `paused ${percent}` : state === 'running' && percent ? percent : 'preparing';
  const left = summary.secondsLeft === undefined ? '' : `, ${formatSeconds(summary.secondsLeft)} left`;
  const others = active.length > 1 ? ` (+${active.length - 1})` : '';
  return `${label} ${done}${left}${others}`;
}

/** Newest first; runs of the same moment by name, numbers in their order. */
export function newestFirst(runs: Iterable<KnownRun>): KnownRun[] {
  return [...runs].sort((one, other) => other.startedAt - one.startedAt || collator.compare(other.label, one.label));
}

/** The runs a person most likely means come first: the active ones, then the newest. */
export function likeliestFirst(runs: Iterable<KnownRun>): KnownRun[] {
  const sorted = newestFirst(runs);
  return [...sorted.filter((run) => run.isActive), ...sorted.filter((run) => !run.isActive)];
}

const collator = new Intl.Collator('en', { numeric: true });

/** Rounded down, so that 100 % means done. */
function percentDone(progress: number): string {
  return `${Math.floor(progress * 100)} %`;
}

/** Why a run failed, in a line: the first of its reason, with what follows where that ends with a colon. */
export function failureCause(reason: string): string {
  const [first = ''] = reason.split('\n', 1);
  return first.endsWith(':') ? onOneLine(reason) : first;
}
