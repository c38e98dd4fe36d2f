import type { SavedFile } from '../../common/panels/protocol';
import type { MenuEntry } from '../shared/chart-menu';
import { fileBaseName } from '../shared/file-name';
import { type Drawing, paintedPng, paintedSvg } from '../shared/painted-picture';
import { robustnessCsv } from './robustness-csv';
import type { RobustnessSource } from './robustness-runs';

const longestBase = 90;

/** The menu of a picture: to save it, and the data of its sources. @param name that the file is named after */
export function saveEntries(
  name: string,
  drawing: () => Drawing,
  sources: readonly RobustnessSource[],
  save: (file: SavedFile) => void,
): MenuEntry[] {
  const base = fileBaseName(name).slice(0, longestBase);
  const action = (label: string, file: () => SavedFile): MenuEntry => ({
    kind: 'action',
    label,
    act: () => save(file()),
  });
  return [
    action('Save as PNG', () => ({
      fileName: `${base}.png`,
      mime: 'image/png',
      encoding: 'base64',
      contents: paintedPng(drawing()),
    })),
    action('Save as SVG', () => ({
      fileName: `${base}.svg`,
      mime: 'image/svg+xml',
      encoding: 'utf8',
      contents: paintedSvg(drawing()),
    })),
    action('Save data as CSV', () => ({
      fileName: `${base}.csv`,
      mime: 'text/csv',
      encoding: 'utf8',
      contents: robustnessCsv(sources),
    })),
  ];
}
