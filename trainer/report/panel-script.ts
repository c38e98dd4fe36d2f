import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFolder } from '../runtime/build-folder';

/** The built bundle of a panel, by its name. */
export function readPanelScript(panel: 'curves' | 'divergence' | 'cam' | 'robustness'): string {
  return readFileSync(join(buildFolder(), `${panel}.js`), 'utf8');
}
