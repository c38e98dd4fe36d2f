import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What memory is taken at a moment. */
export interface Sample {
  /** Since the loop began. */
  minute: number;
  /** Of the extension host, after a collection of garbage. */
  hostResidentMiB: number;
  hostHeapMiB: number;
  hostBuffersMiB: number;
  /** JavaScript objects of the panel's page, and of the workbench where both share a process, after a collection. */
  pageHeapMiB: number;
  /** Array buffers and the like of that page. */
  pageBuffersMiB: number;
  documents: number;
  nodes: number;
  listeners: number;
  /** All renderer processes of the browser. */
  rendererResidentMiB: number;
  /** The trainer of the live run. */
  trainerResidentMiB: number;
  /** The last epoch of the live run that has maps. */
  liveEpoch: number;
  /** What the loop has done so far. */
  actions: number;
}

export const sampleFields: readonly (keyof Sample)[] = [
  'minute',
  'hostResidentMiB',
  'hostHeapMiB',
  'hostBuffersMiB',
  'pageHeapMiB',
  'pageBuffersMiB',
  'documents',
  'nodes',
  'listeners',
  'rendererResidentMiB',
  'trainerResidentMiB',
  'liveEpoch',
  'actions',
];

/** How a measure went over time. */
export interface Trend {
  first: number;
  last: number;
  least: number;
  most: number;
  /** Least squares over the last three quarters of the time, in the measure's unit. */
  perHour: number;
  /** The same over the last half: what a cache takes until it is full is over by then. */
  perHourLate: number;
}

/** @param points [minute, value] in order of time; a slope through fewer than two points is NaN */
export function trendOf(points: readonly (readonly [minute: number, value: number])[]): Trend {
  const values = points.map(([, value]) => value);
  const end = points.at(-1)?.[0] ?? 0;
  return {
    first: values[0] ?? Number.NaN,
    last: values.at(-1) ?? Number.NaN,
    least: Math.min(...values),
    most: Math.max(...values),
    perHour: 60 * slope(points.filter(([minute]) => minute >= end / 4)),
    perHourLate: 60 * slope(points.filter(([minute]) => minute >= end / 2)),
  };
}

/** Least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [x, y] = [mean(points.map((point) => point[0])), mean(points.map((point) => point[1]))];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/** Resident memory of a process in MiB; NaN where it has ended. Linux only. */
export function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** What the trainer says of its own memory in its `system` records: [minute since the first, MiB]. */
export async function recordedMemory(eventsFile: string): Promise<[minute: number, mebibytes: number][]> {
  const found: [minute: number, mebibytes: number][] = [];
  let start: number | undefined;
  for await (const line of createInterface({ input: createReadStream(eventsFile) })) {
    if (!line.includes('"type":"system"') || !line.endsWith('}')) continue;
    const { time, memoryMiB } = JSON.parse(line) as { time: number; memoryMiB: number };
    start ??= time;
    found.push([(time - start) / 60_000, memoryMiB]);
  }
  return found;
}
