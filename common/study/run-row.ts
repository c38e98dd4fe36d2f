import type { RunNotes } from '../run/run-notes';
import type { RunRecord } from './run-record';

/** A run among many: what tables, filters, groups and comparisons know of it. Plain data, which messages and JSON can carry. */
export interface RunRow extends RunRecord {
  /** Absolute: what a run is told apart by. */
  folder: string;
  /** The name of its folder. */
  id: string;
  /** Its id, with a part of the way to its folder where other runs that are listed have the same id. */
  label: string;
  notes: RunNotes;
}

/** What a run is called: as a person named it, else by its label. */
export const rowName = ({ notes, label }: Pick<RunRow, 'notes' | 'label'>): string => notes.name || label;
