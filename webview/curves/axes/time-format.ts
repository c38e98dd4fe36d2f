import type { Range } from '../../shared/plot/axis-transform';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Spans between ticks that look round, in ms. */
const roundSpans = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 5, 7, 14, 28, 91, 182, 365].map((count) => count * day),
];

/** At most `count` + 1 ticks at round times within a range, round in the time zone. @param zoneOffset in ms, 0 for durations */
export function timeTicks([from, to]: Range, count: number, zoneOffset = 0): number[] {
  const minSpan = (to - from) / Math.max(1, count);
  const span = roundSpans.find((candidate) => candidate >= minSpan) ?? Math.ceil(minSpan / (365 * day)) * 365 * day;
  const ticks: number[] = [];
  for (let tick = Math.ceil((from + zoneOffset) / span) * span; tick <= to + zoneOffset; tick += span) {
    ticks.push(tick - zoneOffset);
  }
  return ticks;
}

/** Milliseconds to add to UTC for the local time of that moment. */
export function localOffset(time: number): number {
  return -new Date(time).getTimezoneOffset() * minute;
}

/** A duration in ms, two units at most: "850 ms", "12.5 s", "3 min 20 s", "1 h 5 min", "2 d 3 h". */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (size < second) return `${sign}${Math.round(size)} ms`;
  if (size < minute) return `${sign}${Number((size / second).toFixed(1))} s`;
  if (size < hour) return sign + pair(size, minute, 'min', second, 's');
  if (size < day) return sign + pair(size, hour, 'h', minute, 'min');
  return sign + pair(size, day, 'd', hour, 'h');
}

function pair(size: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = Math.round(size / small);
  const perLarge = large / small;
  const rest = smalls % perLarge;
  const whole = `${Math.floor(smalls / perLarge)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in local time: "2025-03-01 10:15:03". */
export function formatMoment(time: number): string {
  const date = new Date(time);
  return `${formatDate(date)} ${formatClock(date)}:${two(date.getSeconds())}`;
}

/** A tick of wall time, with only the parts that tell it from its neighbours. */
export function formatMomentTick(time: number, [from, to]: Range): string {
  const date = new Date(time);
  const span = to - from;
  if (span > 4 * day) return formatDate(date);
  if (span > day / 2) return `${formatDate(date).slice(5)} ${formatClock(date)}`;
  return span > 10 * minute ? formatClock(date) : `${formatClock(date)}:${two(date.getSeconds())}`;
}

const formatDate = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const formatClock = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;
