import type { PanelRun } from '../../../webview/curves/data/panel-runs';
import { runName } from '../../run-name';

type Localisation = PanelRun['localisation'];

/**
 * A run in the panel: step i has the i-th losses, and each step is an epoch with validation as far as `top1` goes, and with
 * measures of localisation as far as those go that are given; the others could not be measured.
 */
export function panelRun(run: {
  runKey: string;
  main: number[];
  aux?: number[];
  top1?: number[];
  localisation?: Partial<Localisation>;
}): PanelRun {
  const { runKey, main, aux = [], top1 = [], localisation = {} } = run;
  const step = main.map((_, index) => index + 1);
  const dual = aux.length > 0;
  const epochs = step.slice(0, top1.length);
  const looked = step.slice(0, Math.max(0, ...Object.values(localisation).map((column) => column.length)));
  const unknown = looked.map(() => Number.NaN);
  return {
    header: {
      ...runName(runKey),
      name: `name of ${runKey}`,
      description: 'mixprop · preact-resnet18 ×16',
      state: 'running',
      epoch: main.length,
      totalEpochs: 10,
      step: main.length,
      totalSteps: 10,
    },
    steps: {
      step,
      epoch: step,
      time: step,
      learningRate: step.map(() => 0.1),
      total: main.map((loss, index) => loss + (aux[index] ?? 0)),
      main,
      aux,
    },
    epochs: {
      epoch: epochs,
      step: epochs,
      time: epochs,
      mainLoss: top1,
      mainTop1: top1,
      auxLoss: dual ? top1 : [],
      auxTop1: dual ? top1 : [],
    },
    localisation: {
      epoch: looked,
      step: looked,
      time: looked,
      images: looked.map(() => 8),
      withRegion: looked.map(() => 6),
      mainPointing: unknown,
      mainEnergy: unknown,
      mainArea: unknown,
      mainRegions: unknown,
      auxPointing: unknown,
      auxEnergy: unknown,
      auxArea: unknown,
      auxRegions: unknown,
      agreement: unknown,
      ...localisation,
    },
    restarts: [],
    revision: 1,
  };
}
