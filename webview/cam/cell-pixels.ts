import { type ColourMapName, colourTable } from '../../common/panels/cam/picture/colour-maps';
import type { MapRange } from '../../common/panels/cam/picture/normalize-map';
import { colourScale } from '../shared/colour-scale';

/** How maps are drawn over their pictures. */
export interface CellStyle {
  /** [256, 3] */
  table: Uint8Array;
  opacity: number;
  /** What the ends of the table stand for. */
  range: MapRange;
}

const tables = new Map<ColourMapName, Uint8Array>();

/** [256, 3] */
export function tableOf(name: ColourMapName): Uint8Array {
  const table = tables.get(name) ?? colourTable(name);
  tables.set(name, table);
  return table;
}

let differences: Uint8Array | undefined;

/** [256, 3], blue where aux is larger, orange where main is; for pictures, whatever the theme. */
export function differenceTable(): Uint8Array {
  if (differences !== undefined) return differences;
  const { colourAt } = colourScale('difference', '#ffffff');
  const colours = Array.from({ length: 256 }, (_, level) => colourAt(level / 255).map(Math.round));
  differences = Uint8Array.from(colours.flat());
  return differences;
}

/** The range of differences, symmetric about none. */
export function symmetricRange(values: readonly ArrayLike<number>[]): MapRange {
  let extent = 0;
  for (const map of values) {
    for (let i = 0; i < map.length; i++) if (Number.isFinite(map[i])) extent = Math.max(extent, Math.abs(map[i]!));
  }
  // No difference at all is the colour in the middle.
  const end = extent === 0 ? 1 : extent;
  return { minimum: -end, maximum: end };
}

/** Small pictures are enlarged by a whole number, so that the map over them is smooth. @param side at least, in device pixels */
export function enlargementFor(size: number, side: number): number {
  return Math.max(1, Math.ceil(side / size));
}
