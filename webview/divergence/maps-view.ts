import { colourScale } from '../shared/colour-scale';
import { element } from '../shared/dom';
import type { CellPlace } from '../shared/grid-keys';
import { LegendView } from '../shared/legend-view';
import type { RunStyle } from '../shared/run-style';
import type { Theme } from '../shared/theme';
import { heatmapGeometry, runsPerRow } from './heatmap-geometry';
import type { HeatmapContents } from './heatmap-view';
import type { MapFigure, MapFigures } from './map-figures';
import { formatMeasure } from './measures';
import { networkLayout } from './network-layout';
import { NetworkView, networkWidth } from './network-view';
import { RunFigure } from './run-figure';

/** In CSS pixels. */
const gap = 16;
const minMapWidth = 190;

export interface MapsHandlers {
  onSelect(key: string, cell: CellPlace): void;
  onPoint(text: string | undefined, anchor?: DOMRect): void;
  /** The room for the heatmaps is another. */
  onResize(): void;
}

/** Figures behind the drawing of their network. */
interface MapRow {
  layers: readonly string[];
  perRow: number;
  figures: MapFigure[];
}

/** The heatmaps of all runs in rows, each behind a drawing of its network, under one legend. */
export class MapsView {
  readonly legend = new LegendView('divergence');
  readonly element = element('div', { class: 'maps' });
  private readonly figures = new Map<string, RunFigure>();
  private readonly networks: NetworkView[] = [];
  private readonly shown = new Map<string, { contents: HeatmapContents; network: NetworkView }>();
  private drawnWidth = 0;
  private drawnRows = '';

  constructor(private readonly handlers: MapsHandlers) {
    new ResizeObserver(() => {
      if (this.element.clientWidth !== this.drawnWidth) handlers.onResize();
    }).observe(this.element);
  }

  update(maps: MapFigures, styleOf: (runKey: string) => RunStyle, theme: Theme): void {
    const width = this.element.clientWidth;
    this.drawnWidth = width;
    const colours = colourScale(maps.kind, theme.background);
    this.legend.element.hidden = maps.keys.length === 0;
    this.legend.update(maps.scale, colours, maps.legendTitle, formatMeasure);
    const rows = maps.groups.flatMap(({ layers, figures }) => mapRows(layers, figures, width));
    while (this.networks.length < rows.length) this.networks.push(new NetworkView());
    this.arrange(rows);
    this.shown.clear();
    for (const [index, { layers, perRow, figures }] of rows.entries()) {
      const network = this.networks[index]!;
      const mapWidth = Math.floor((width - namesWidth(layers) - gap * (perRow - 1)) / perRow);
      const geometry = heatmapGeometry({ width: mapWidth, columns: maps.keys.length, rows: layers.length });
      const layout = networkLayout(layers);
      network.update(layout, geometry.rowHeight);
      for (const { key, name, description, styleOf: runKey, contents } of figures) {
        const { keys, keyName, scale, formatValue } = maps;
        const complete =
          typeof contents === 'string'
            ? contents
            : { ...contents, layout, keys, keyName, geometry, scale, colours, formatValue, theme };
        this.figure(key).update(name, description, runKey === undefined ? undefined : styleOf(runKey), complete);
        if (typeof complete !== 'string') this.shown.set(key, { contents: complete, network });
      }
    }
  }

  /** Builds the rows anew if other figures stand in them. */
  private arrange(rows: readonly MapRow[]): void {
    const key = JSON.stringify(
      rows.map(({ layers, perRow, figures }) => [layers.length > 0, perRow, figures.map((figure) => figure.key)]),
    );
    if (key === this.drawnRows) return;
    this.drawnRows = key;
    this.element.replaceChildren(
      ...rows.map(({ layers, perRow, figures }, index) => {
        const row = element('div', { class: 'map-row' });
        const names = layers.length === 0 ? [] : [`${networkWidth}px`];
        row.style.gridTemplateColumns = [...names, `repeat(${perRow}, minmax(0, 1fr))`].join(' ');
        if (layers.length > 0) row.append(element('div', { class: 'network-frame' }, this.networks[index]!.element));
        row.append(...figures.map((figure) => this.figure(figure.key).element));
        return row;
      }),
    );
  }

  private figure(key: string): RunFigure {
    const known = this.figures.get(key);
    if (known !== undefined) return known;
    const figure = new RunFigure({
      onSelect: (cell) => this.handlers.onSelect(key, cell),
      onPoint: (cell, anchor) => this.pointAt(key, cell, anchor),
    });
    this.figures.set(key, figure);
    return figure;
  }

  private pointAt(key: string, cell: CellPlace | undefined, anchor?: DOMRect): void {
    const shown = this.shown.get(key);
    shown?.network.highlight(cell?.row);
    if (cell === undefined || shown === undefined) {
      this.handlers.onPoint(undefined);
      return;
    }
    const { layout, keys, keyName, matrix, formatValue } = shown.contents;
    const value = formatValue(matrix[cell.row]?.[cell.column]);
    this.handlers.onPoint(`${layout.rows[cell.row]?.layer} · ${keyName} ${keys[cell.column]}\n${value}`, anchor);
  }
}

function mapRows(layers: readonly string[], figures: readonly MapFigure[], width: number): MapRow[] {
  const perRow = runsPerRow(width, figures.length, namesWidth(layers), minMapWidth, gap);
  return Array.from({ length: Math.ceil(figures.length / perRow) }, (_, row) => {
    const inRow = figures.slice(row * perRow, (row + 1) * perRow);
    // Words alone need no network beside them.
    const hasMap = inRow.some(({ contents }) => typeof contents !== 'string');
    return { layers: hasMap ? layers : [], perRow, figures: inRow };
  });
}

const namesWidth = (layers: readonly string[]): number => (layers.length === 0 ? 0 : networkWidth + gap);
