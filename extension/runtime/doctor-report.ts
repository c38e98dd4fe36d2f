import * as z from 'zod';
import { parseJson } from '../../common/files/parse-json';
import { asksForRuntime, onOneLine } from '../process/error-text';

const marks = { ok: '✓', absent: '–', warning: '!', problem: '✗' } as const;

/** What `mixprop doctor --json` prints. */
const doctorReport = z.lazy(() =>
  z.object({
    ok: z.boolean(),
    checks: z.array(
      z.object({
        name: z.string(),
        // A kind that a newer trainer knows is worth a look.
        status: z.enum(['ok', 'absent', 'warning', 'problem']).catch('warning'),
        message: z.string(),
        remedy: z.string().optional(),
      }),
    ),
  }),
);

export type DoctorReport = z.infer<typeof doctorReport>;
export type DoctorCheck = DoctorReport['checks'][number];

/** The report in a doctor's stdout; undefined where it printed none. */
export function parseDoctorReport(lines: readonly string[]): DoctorReport | undefined {
  const texts = [lines.join('\n'), ...lines.toReversed()];
  for (const text of texts) {
    const { data } = doctorReport.safeParse(parseJson(text));
    if (data) return data;
  }
  return undefined;
}

/** What a message says: the verdict, and the first problem. */
export function doctorSummary(report: DoctorReport): string {
  const first = report.checks.find(({ status }) => status === 'problem');
  const { ok } = report;
  return ok || !first ? verdict(report) : `${verdict(report)} ${first.name}: ${onOneLine(first.message)}`;
}

function verdict({ ok, checks }: DoctorReport): string {
  const counts = (['problem', 'warning'] as const)
    .map((kind) => ({ kind, number: checks.filter(({ status }) => status === kind).length }))
    .filter(({ number }) => number > 0)
    .map(({ kind, number }) => `${number} ${kind}${number === 1 ? '' : 's'}`)
    .join(' and ');
  if (!ok) return `MixProp has ${counts || 'a problem'}.`;
  const backend = checks.find(({ name, status }) => name === 'backend' && status !== 'problem');
  const ready = backend ? `MixProp is ready: backend ${backend.message}` : 'MixProp is ready';
  return counts === '' ? `${ready}.` : `${ready}; ${counts}.`;
}

/** The whole report as a text: what needs attention first. */
export function doctorText(report: DoctorReport, heading: readonly string[]): string {
  const order = ['problem', 'warning', 'ok', 'absent'] as const;
  const sorted = order.flatMap((status) => report.checks.filter((check) => check.status === status));
  const needsRuntime = report.checks.some(({ remedy = '' }) => asksForRuntime(remedy));
  const hint = 'In this editor “mixprop runtime install” is the command “MixProp: Install TensorFlow Runtime”.';
  const footing = needsRuntime ? [hint, ''] : [];
  return [...heading, '', verdict(report), '', ...sorted.flatMap(checkLines), ...footing].join('\n');
}

function checkLines({ name, status, message, remedy }: DoctorCheck): string[] {
  const indented = (text: string, first: string) => {
    const [head = '', ...rest] = text.split('\n');
    return [`    ${first}${head}`, ...rest.map((line) => `    ${line}`)];
  };
  const lines = [`${marks[status]} ${name}`, ...indented(message, '')];
  if (remedy !== undefined) lines.push(...indented(remedy, '→ '));
  return [...lines, ''];
}
