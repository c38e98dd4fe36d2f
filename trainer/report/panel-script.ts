import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PanelName } from '../../common/panels/panel-names';
import { buildFolder } from '../runtime/build-folder';

/** The built bundle of a panel, by its name. */
export function readPanelScript(panel: PanelName): string {
  return readFileSync(join(buildFolder(), `${panel}.js`), 'utf8');
}
