import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The bundled decode worker: beside the bundle `dist/mixprop.js`, or, where the TypeScript sources run directly (the tests),
 * in the repository's `dist/`.
 */
export function decodeWorkerFile(): string {
  const places = [join(__dirname, 'decode-worker.js'), join(__dirname, '..', '..', 'dist', 'decode-worker.js')];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`the decode worker is missing (${places[0]}): run "npm run build"`);
  return found;
}
