import type { CamMaps } from '../../webview/protocol';

/** What each branch takes an image for, a line each: "main after epoch 5: circle, 93.1 %". None where there are no maps of it. */
export function lastPredictions(maps: readonly CamMaps[], path: string): string[] {
  for (const { images, classes, branches, runId, epoch } of maps) {
    const image = images.findIndex((candidate) => candidate.path === path);
    if (image === -1) continue;
    return (['main', 'aux'] as const).flatMap((name) => {
      const branch = branches[name];
      if (branch === undefined) return [];
      const logits = classes.map((_, k) => branch.logits[image * classes.length + k] ?? 0);
      const largest = Math.max(...logits);
      const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      return [
        `${runId} ${name} after epoch ${epoch}: ${classes[logits.indexOf(largest)]}, ${(100 / sum).toFixed(1)} %`,
      ];
    });
  }
  return [];
}
