import type { BranchValidation, LossTerms, RunEvent } from '../../common/run/events';
import { formatLoss, formatPercent } from '../shared/format';

/** A record as a line of the run's output channel; undefined for kinds that are too frequent or of no use to a reader. */
export function runLogLine(event: RunEvent): string | undefined {
  const text = describe(event);
  return text === undefined ? undefined : `${clock(event.time)} ${text}`;
}

/** Whether a line that the trainer of a run has printed says what one of the run's records says. */
export function repeatsRecord(line: string, runId: string): boolean {
  const prefix = `${runId}: `;
  return (
    line.startsWith(prefix) &&
    /^(epoch \d|warning: |training(, | from )|finished, in |stopped[,;])/.test(line.slice(prefix.length))
  );
}

function describe(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'status': {
      const resumed = event.fromStep === undefined ? '' : `, from step ${event.fromStep}`;
      return `[${event.state === 'failed' ? 'error' : 'info'}] ${event.state}${resumed}${event.reason ? `: ${event.reason}` : ''}`;
    }
    case 'epoch': {
      const { validation, seconds } = event;
      const parts = [
        `training loss ${lossText(event.train.loss)}`,
        ...(validation ? [`validation main ${branchText(validation.main)}`] : []),
        ...(validation?.aux ? [`aux ${branchText(validation.aux)}`] : []),
        `${(seconds.training + seconds.validation).toFixed(1)} s`,
      ];
      return `[info] epoch ${event.epoch}: ${parts.join(', ')}`;
    }
    case 'system':
      return `[info] backend ${event.backend} on ${event.device}, ${Math.round(event.memoryMiB)} MiB`;
    case 'warning':
      return `[warning] ${event.message}`;
    case 'step':
    case 'draws':
      return undefined;
  }
}

function lossText({ total, main, aux }: LossTerms): string {
  return aux === undefined
    ? formatLoss(total)
    : `${formatLoss(total)} (main ${formatLoss(main)}, aux ${formatLoss(aux)})`;
}

function branchText({ loss, top1 }: BranchValidation): string {
  return `top-1 ${formatPercent(top1)} (loss ${formatLoss(loss)})`;
}

/** Local date and time, in the form that the editor's log colouring knows. */
function clock(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
