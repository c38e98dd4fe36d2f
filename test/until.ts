import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again, for half a minute at most, until there is something to return. @throws Error when there never is */
export async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const start = performance.now(); performance.now() - start < 30_000; await delay(10)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error('did not happen within 30 s');
}
