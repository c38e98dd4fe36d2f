import type { DivergenceRun } from '../../../common/panels/divergence/divergence-contract';
import type { Measured } from '../../../common/panels/measured';
import type { DivergenceMeasure } from '../../../common/run/divergence-measures';
import { DivergenceRuns, type PanelDivergence } from '../../../webview/divergence/divergence-runs';
import { measureNames } from '../../../webview/divergence/measures';
import { runName } from '../../run-name';

const allMeasures = (column: Measured[]) =>
  Object.fromEntries(measureNames.map((name) => [name, column])) as Record<DivergenceMeasure, Measured[]>;

/** A run as the host sends it: a column of layer values for each record; every record ends an epoch unless `within` says no. */
export function divergenceRun(run: {
  runKey: string;
  layers?: string[];
  columns: Measured[][];
  within?: number[];
  branches?: DivergenceRun['branches'];
  state?: DivergenceRun['header']['state'];
  alarms?: DivergenceRun['alarms'];
}): DivergenceRun {
  const { runKey, layers = ['layer1.0.bn1', 'bn'], columns, within = [], branches = 'main and aux' } = run;
  let epoch = 1;
  const records = columns.map((column, index) => {
    const endsEpoch = !within.includes(index);
    const record = { epoch, step: (index + 1) * 10, endsEpoch, values: allMeasures(column) };
    if (endsEpoch) epoch++;
    return record;
  });
  return {
    header: {
      ...runName(runKey),
      name: `name of ${runKey}`,
      description: 'mixprop · preact-resnet18 ×16',
      state: run.state ?? 'finished',
      epoch: epoch - 1,
      totalEpochs: 10,
      step: columns.length * 10,
      totalSteps: 100,
    },
    branches,
    layers: columns.length === 0 ? [] : layers,
    records,
    alarms: run.alarms ?? [],
  };
}

/** The same as a panel has it. */
export function panelDivergence(run: Parameters<typeof divergenceRun>[0]): PanelDivergence {
  const panel = new DivergenceRuns();
  panel.begin([divergenceRun(run)]);
  return panel.runs[0]!;
}
