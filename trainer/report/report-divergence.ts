import type { Experiment } from '../../common/experiment/schema';
import { statisticsAlarms } from '../../common/panels/divergence/divergence-alarms';
import { readAllChannels, readEpochStatistics } from '../../common/panels/divergence/divergence-channels';
import type { DivergenceRun, LayerChannels } from '../../common/panels/divergence/divergence-contract';
import { DivergenceModel } from '../../common/panels/divergence/divergence-model';
import type { RunName } from '../../common/panels/protocol';
import type { RunEvent, RunState } from '../../common/run/events';
import { epochsOfFiles, runPaths } from '../../common/run/run-folder';

/** Of a wider layer a report keeps this many channels, evenly spread: a ResNet-50 then takes about 2 MB. */
const maxChannels = 256;

/** A run's part of the divergence panel in a report. */
export interface ReportDivergence {
  divergence: DivergenceRun;
  /** Of the last epoch that has them, a message a layer; empty without. */
  channels: LayerChannels[];
}

/** Reads what the divergence panel shows of a run. Without readable channels the panel says so where they are asked for. */
export function readReportDivergence(
  { runName, folder, experiment }: { runName: RunName; folder: string; experiment: Experiment },
  events: readonly RunEvent[],
  end: { state: RunState; reason?: string },
): ReportDivergence {
  const model = new DivergenceModel(runName, experiment);
  for (const event of events) model.add(event);
  model.conclude(end);
  let channels: LayerChannels[] = [];
  const { lastEpoch } = model;
  if (lastEpoch !== undefined) {
    try {
      channels = readAllChannels({ runKey: runName.runKey, folder }, lastEpoch, maxChannels);
      const first = readEpochStatistics(folder, epochsOfFiles(runPaths(folder).batchNorm)[0] ?? lastEpoch);
      model.setStatisticsAlarms(statisticsAlarms(first, readEpochStatistics(folder, lastEpoch)));
    } catch {
      channels = [];
    }
  }
  return { divergence: model.hydrate(), channels };
}
