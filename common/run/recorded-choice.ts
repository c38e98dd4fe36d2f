import { existsSync } from 'node:fs';
import { readAllEvents } from './event-reader';
import type { RunEvent } from './events';
import { runPaths } from './run-folder';

/** The images that were chosen last while a run went on, in place of its experiment's; undefined where none were. */
export function lastChoice(events: readonly RunEvent[]): (string | number)[] | undefined {
  return events.findLast((event) => event.type === 'images')?.images;
}

/** The same of a run folder; anything else has none. */
export function recordedChoice(runFolder: string): (string | number)[] | undefined {
  return existsSync(runPaths(runFolder).events) ? lastChoice(readAllEvents(runFolder)) : undefined;
}
