import type { SavedFile } from '../../common/panels/protocol';
import type { MenuEntry } from './chart-menu';
import { fileBaseName } from './file-name';
import { type Drawing, paintedPng, paintedSvg } from './painted-picture';

const maxBaseLength = 90;

/** What a chart can be saved as; undefined while it has nothing to save. */
export interface SavedForms {
  picture: () => Drawing | undefined;
  csv: () => string | undefined;
  json?: () => string | undefined;
}

const kinds = {
  png: ['Save as PNG…', 'image/png', 'base64'],
  svg: ['Save as SVG…', 'image/svg+xml', 'utf8'],
  csv: ['Save data as CSV…', 'text/csv', 'utf8'],
  json: ['Save data as JSON…', 'application/json', 'utf8'],
} as const;

/** Menu entries that save a chart as picture and its data. @param name that the files are named after */
export function saveEntries(
  name: () => string,
  { picture, csv, json }: SavedForms,
  save: (file: SavedFile) => void,
): MenuEntry[] {
  const painted = (paint: (drawing: Drawing) => string) => () => {
    const drawing = picture();
    return drawing && paint(drawing);
  };
  const entry = (format: keyof typeof kinds, make: () => string | undefined): MenuEntry => {
    const [label, mime, encoding] = kinds[format];
    const act = () => {
      const contents = make();
      const fileName = `${fileBaseName(name()).slice(0, maxBaseLength)}.${format}`;
      if (contents !== undefined) save({ fileName, mime, encoding, contents });
    };
    return { kind: 'action', label, act };
  };
  return [
    entry('png', painted(paintedPng)),
    entry('svg', painted(paintedSvg)),
    entry('csv', csv),
    ...(json === undefined ? [] : [entry('json', json)]),
  ];
}
