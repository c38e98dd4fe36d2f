import type { PanelRun } from '../../../webview/curves/panel-runs';

/** A run in the panel: step i has the i-th losses, and each step is an epoch with validation as far as `top1` goes. */
export function panelRun(run: { runId: string; main: number[]; aux?: number[]; top1?: number[] }): PanelRun {
  const { runId, main, aux = [], top1 = [] } = run;
  const step = main.map((_, index) => index + 1);
  const dual = aux.length > 0;
  const epochs = step.slice(0, top1.length);
  return {
    header: {
      runId,
      name: `name of ${runId}`,
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
    restarts: [],
    revision: 1,
  };
}
