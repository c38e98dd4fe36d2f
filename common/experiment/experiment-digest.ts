import { createHash } from 'node:crypto';
import type { Experiment } from './schema';

/** What a resolved experiment is told apart by: the SHA-256 of its JSON, whatever the order of its fields, as hex digits. */
export function experimentDigest(experiment: Experiment): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(experiment)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner)]));
}
