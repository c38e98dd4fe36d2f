/** A row of the drawing: one normalisation layer. */
export interface LayerRow {
  layer: string;
  /** The name within its block, or the whole name where there is none: "bn1", "downsample". */
  shortName: string;
  stage: string | undefined;
  block: string | undefined;
}

/** Rows `from` to `to` − 1 that belong together. */
export interface LayerGroup {
  name: string;
  from: number;
  to: number;
}

export interface NetworkLayout {
  rows: LayerRow[];
  stages: LayerGroup[];
  blocks: LayerGroup[];
}

/**
 * Stages and blocks from the names of residual networks: "layer2.0.bn1" is the layer bn1 of block 0 in stage 2, and
 * "layer3.1.downsample.1" the one beside block 1's shortcut. Other names stand for themselves.
 */
export function networkLayout(layers: readonly string[]): NetworkLayout {
  const rows = layers.map(layerRow);
  return { rows, stages: groups(rows, ({ stage }) => stage), blocks: groups(rows, ({ block }) => block) };
}

function layerRow(layer: string): LayerRow {
  const [, stage, block, rest] = /^layer(\d+)\.(\d+)\.(.+)$/.exec(layer) ?? [];
  if (stage === undefined || block === undefined || rest === undefined) {
    return { layer, shortName: layer, stage: undefined, block: undefined };
  }
  const shortName = rest.replace(/^(downsample|shortcut)\.\d+$/, '$1');
  return { layer, shortName, stage: `stage ${stage}`, block: `${stage}.${block}` };
}

/** Runs of neighbouring rows with the same name. */
function groups(rows: readonly LayerRow[], nameOf: (row: LayerRow) => string | undefined): LayerGroup[] {
  const found: LayerGroup[] = [];
  for (const [index, row] of rows.entries()) {
    const name = nameOf(row);
    const last = found.at(-1);
    if (name === undefined) continue;
    if (last !== undefined && last.to === index && last.name === name) last.to++;
    else found.push({ name, from: index, to: index + 1 });
  }
  return found;
}

/** The first row of the stage before or after a row's, for jumping; rows outside of stages count as stages of their own. */
export function neighbouringStage({ rows, stages }: NetworkLayout, row: number, direction: 1 | -1): number {
  const starts = rows.flatMap((_, index) => {
    const stage = stages.find(({ from, to }) => index >= from && index < to);
    return stage === undefined || stage.from === index ? [index] : [];
  });
  if (direction === 1) return starts.find((start) => start > row) ?? rows.length - 1;
  return starts.findLast((start) => start < row) ?? 0;
}
