import type { CamState } from '../../common/panels/cam/cam-contract';
import { type MapRange, rangeOf } from '../../common/panels/cam/picture/normalize-map';
import { type CamCell, type CamColumn, type CamRow, cellOf } from './cam-table';
import { type CellStyle, differenceTable, enlargementFor, symmetricRange, tableOf } from './cell-pixels';
import type { Grid } from './explanation';
import type { MagnifiedPicture } from './magnified-view';
import { fillOverlay, fillPicture, putFilled } from './overlay-image';
import { colourMapOf } from './panel-state';
import type { Picture, PictureState, PictureStore } from './picture-store';

/** In place of a picture that is missing: mid grey, so that its map can still be seen. */
export const grey = { pixels: new Uint8Array(64 * 64 * 3).fill(128), size: 64 };

/** How the cells look, worked out once a drawing. */
export interface CellLooks {
  /** Of a picture, in CSS pixels. */
  size: number;
  /** Ranges that all maps share; undefined: each has its own. */
  common: { maps: MapRange; differences: MapRange } | undefined;
}

/** Draws the cells of the panel: maps over the pictures of their runs. */
export class CellPainter {
  looks: CellLooks | undefined;

  constructor(
    private readonly pictures: PictureStore,
    private readonly panel: { readonly state: CamState },
  ) {}

  /** The picture of the first run that has one. */
  originalOf(row: CamRow): PictureState {
    let first: PictureState | undefined;
    for (const runKey of row.runKeys) {
      const found = this.pictureOf(runKey, row);
      if (found.state === 'stored') return found;
      first ??= found;
    }
    return first ?? { state: 'missing', message: 'The image is missing.' };
  }

  pictureOf(runKey: string, { image }: CamRow): PictureState {
    return this.pictures.find(runKey, this.state.input ?? undefined, image.path);
  }

  /** What is wrong with a row's image in a run, if anything. */
  problemOf(runKey: string, { image }: CamRow): string | undefined {
    return this.pictures.problemOf(runKey, this.state.input ?? undefined, image.path);
  }

  /** Equal as long as the same pixels would be drawn. */
  drawingKey(picture: PictureState, parts: readonly unknown[]): string {
    const { opacity, colourMap, input } = this.state;
    const size = this.looks?.size;
    const pictureId = picture.state === 'stored' ? picture.id : 0;
    return JSON.stringify([pictureId, opacity, colourMap, input, size, devicePixelRatio, ...parts]);
  }

  /**
   * Draws a cell; false where its picture is still being decoded, or there is none.
   * @param column undefined: the original
   * @param minSide of the canvas in pixels; as on the page unless it is given
   */
  paint(
    canvas: () => HTMLCanvasElement,
    row: CamRow,
    column: CamColumn | undefined,
    minSide = (this.looks?.size ?? 0) * devicePixelRatio,
  ): boolean {
    const found = this.filler(row, column, minSide);
    if (found !== undefined) putFilled(canvas(), found.side, found.fill);
    return found !== undefined;
  }

  /** The pixels of a cell; undefined where its picture is still being decoded, or there is none. */
  picture(row: CamRow, column: CamColumn | undefined, minSide: number): MagnifiedPicture | undefined {
    const found = this.filler(row, column, minSide);
    if (found === undefined) return undefined;
    const { picture, side, fill } = found;
    const pixels = new Uint32Array(side * side);
    fill(pixels);
    return { pixels, side, imageSize: picture.size, image: picture === grey ? undefined : picture.pixels };
  }

  private filler(
    row: CamRow,
    column: CamColumn | undefined,
    minSide: number,
  ): { picture: Picture; side: number; fill: (words: Uint32Array) => void } | undefined {
    const { looks } = this;
    const picture = this.pictureUnder(row, column);
    if (looks === undefined || picture === undefined) return undefined;
    const factor = enlargementFor(picture.size, minSide);
    const side = picture.size * factor;
    if (column === undefined) return { picture, side, fill: (words) => fillPicture(words, picture, factor) };
    const cell = cellOf(row, column, this.state.shown);
    if (cell.state === 'message') return undefined;
    const style = this.styleOf(cell, looks);
    return { picture, side, fill: (words) => fillOverlay(words, picture, factor, gridOf(cell), style) };
  }

  /** What a map lies on, grey where the picture is missing; undefined while it is decoded, or for an original that is missing. */
  private pictureUnder(row: CamRow, column: CamColumn | undefined): Picture | undefined {
    const found = column === undefined ? this.originalOf(row) : this.pictureOf(column.runKey, row);
    if (found.state === 'missing') return column === undefined ? undefined : grey;
    return this.pictures.decoded(found);
  }

  private styleOf(cell: Exclude<CamCell, { state: 'message' }>, { common }: CellLooks): CellStyle {
    const { opacity } = this.state;
    if (cell.state === 'difference') {
      return { table: differenceTable(), opacity, range: common?.differences ?? symmetricRange([cell.grid.values]) };
    }
    const range = common?.maps ?? rangeOf(cell.explanation.grid!.values);
    return { table: tableOf(colourMapOf(this.state)), opacity, range };
  }

  /** Settles when the pictures of a row are decoded; those of rows out of sight may not be. */
  async decoded(row: CamRow, columns: readonly CamColumn[]): Promise<void> {
    const isLoading = (found: PictureState) => found.state === 'stored' && this.pictures.decoded(found) === undefined;
    while (isLoading(this.originalOf(row)) || columns.some(({ runKey }) => isLoading(this.pictureOf(runKey, row))))
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  private get state(): CamState {
    return this.panel.state;
  }
}

export const gridOf = (cell: Exclude<CamCell, { state: 'message' }>): Grid =>
  cell.state === 'map' ? cell.explanation.grid! : cell.grid;
