import type { RunStyle } from '../shared/run-style';
import { keyOf, meanOverLayers, type PanelDivergence, type PanelRecord, shownRecords } from './divergence-runs';
import type { DivergenceLine } from './lines-chart';
import type { MapOptions } from './map-figures';

/** Each run's mean over the layers and, dashed, the layer that is selected. */
export function divergenceLines(
  runs: readonly PanelDivergence[],
  { measure, columns, selection }: MapOptions,
  labelOf: (runKey: string) => string,
  styleOf: (runKey: string) => RunStyle,
): DivergenceLine[] {
  return runs.flatMap((run): DivergenceLine[] => {
    const { runKey } = run.header;
    const records = shownRecords(run, columns);
    if (records.length === 0) return [];
    const points = (valueIn: (record: PanelRecord) => number | undefined) =>
      records.map((record) => ({ x: keyOf(record, columns), y: valueIn(record) ?? Number.NaN }));
    const style = styleOf(runKey);
    const mean: DivergenceLine = {
      kind: 'mean',
      label: `${labelOf(runKey)}, mean over layers`,
      style,
      points: points(({ values }) => meanOverLayers(values[measure])),
    };
    const row = selection === undefined ? -1 : run.layers.indexOf(selection.layer);
    if (row < 0) return [mean];
    const label = `${labelOf(runKey)}, ${selection?.layer}`;
    return [mean, { kind: 'layer', label, style, points: points(({ values }) => values[measure][row]) }];
  });
}
