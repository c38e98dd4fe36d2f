import type { Range, ScaleKind } from '../../shared/plot/axis-transform';
import { spanInView } from '../data/columns';
import { visibleIndices } from '../data/downsampling';
import type { CurveSeries } from './curve-series';

/** A line as far as it is in view. */
export class DrawnLine {
  private lineIndices: ArrayLike<number> | undefined;
  private ghostIndices: ArrayLike<number> | undefined;

  /** @param columns how many columns of pixels the view has */
  constructor(
    readonly series: CurveSeries,
    readonly view: Range,
    readonly scale: ScaleKind,
    private readonly columns: number,
  ) {}

  /** Whether there is a raw line behind the smoothed one that shows something else. */
  get hasGhost(): boolean {
    return this.series.raw !== this.series.y;
  }

  /** The entries in view, with one neighbour on either side. */
  get span(): [start: number, end: number] {
    return spanInView(this.series.x, this.view);
  }

  /** Which entries to draw for the same picture. Worked out when asked for: a line that is drawn as pixels needs none. */
  get indices(): ArrayLike<number> {
    this.lineIndices ??= this.visible(this.series.y);
    return this.lineIndices;
  }

  /** As `indices`, of the raw line; empty where it shows nothing else. */
  get ghost(): ArrayLike<number> {
    this.ghostIndices ??= this.hasGhost ? this.visible(this.series.raw) : [];
    return this.ghostIndices;
  }

  private visible(y: ArrayLike<number>): ArrayLike<number> {
    return visibleIndices(this.series.x, y, this.columns, this.view, this.scale);
  }
}

/** The lines in view, remembered until the line, the view or the width changes. */
export class ViewPreparation {
  private readonly known = new WeakMap<CurveSeries, { key: string; line: DrawnLine }>();

  lineInView(series: CurveSeries, view: Range, scale: ScaleKind, columns: number): DrawnLine {
    const key = `${view[0]},${view[1]},${scale},${columns}`;
    const entry = this.known.get(series);
    if (entry?.key === key) return entry.line;
    const line = new DrawnLine(series, view, scale, columns);
    this.known.set(series, { key, line });
    return line;
  }
}
