import { existsSync } from 'node:fs';
import { readAllEvents } from './event-reader';
import type { RunEvent } from './events';
import { runPaths } from './run-folder';

/** The images to explain that were last chosen during a run, in place of its experiment's; undefined where none were. */
export function lastChosenImages(events: readonly RunEvent[]): (string | number)[] | undefined {
  return events.findLast((event) => event.type === 'images')?.images;
}

/** The same, read from a run folder; undefined too for any other path. */
export function imagesChosenInRun(runFolder: string): (string | number)[] | undefined {
  return existsSync(runPaths(runFolder).events) ? lastChosenImages(readAllEvents(runFolder)) : undefined;
}
