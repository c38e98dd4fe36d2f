import { resolve } from 'node:path';
import type { Check } from '../runtime/check';
import { examine } from '../runtime/doctor';
import type { Command } from './command';

const marks: Record<Check['status'], string> = { ok: '✓', absent: '–', warning: '!', problem: '✗' };

/** `mixprop doctor`: what is there, what is missing, what to do. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'look at the machine, the backends and the native runtime',
  usage: `doctor [--runs DIR] [--json]

Exit status 1 when something keeps training from working.

  --runs DIR   the folder of runs whose disk is looked at (default: runs)`,
  options: { texts: ['runs'] },
  async run(invocation) {
    invocation.optionsOnly('doctor');
    const checks = await examine(resolve(invocation.text('runs') ?? 'runs'), invocation.signal);
    const ok = checks.every(({ status }) => status !== 'problem');
    for (const line of describeChecks(checks)) invocation.print(line);
    invocation.printJson({ ok, checks });
    return ok ? 0 : 1;
  },
};

function describeChecks(checks: Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  return checks.flatMap(({ name, status, message, remedy }) => [
    `${marks[status]} ${name.padEnd(width)}  ${message.replaceAll('\n', `\n${indent}`)}`,
    ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
  ]);
}
