import { describe, expect, test } from 'vitest';
import { neighbouringStage, networkLayout } from '../../../webview/divergence/network-layout';
import { fakeLayers } from '../divergence-stream';

describe('the drawing of a network', () => {
  test('stages, blocks and layers of a ResNet-50', () => {
    const layout = networkLayout(fakeLayers('resnet50'));
    expect(layout.rows).toHaveLength(53);
    expect(layout.stages.map(({ name, to, from }) => [name, to - from])).toEqual([
      ['stage 1', 10],
      ['stage 2', 13],
      ['stage 3', 19],
      ['stage 4', 10],
    ]);
    expect(layout.blocks).toHaveLength(16);
    expect(layout.rows[0]).toEqual({ layer: 'bn1', shortName: 'bn1', stage: undefined, block: undefined });
    expect(layout.rows[4]).toEqual({
      layer: 'layer1.0.downsample.1',
      shortName: 'downsample',
      stage: 'stage 1',
      block: '1.0',
    });
  });

  test('the final layer of a pre-activation network stands alone', () => {
    const { rows, stages, blocks } = networkLayout(fakeLayers('preact-resnet18'));
    expect(rows.at(-1)).toMatchObject({ shortName: 'bn', stage: undefined });
    expect(stages).toHaveLength(4);
    expect(blocks.map(({ name }) => name)).toEqual(['1.0', '1.1', '2.0', '2.1', '3.0', '3.1', '4.0', '4.1']);
  });

  test('other names stand for themselves, and groups never join across a gap', () => {
    expect(networkLayout(['features.norm0', 'layerx.1.bn']).stages).toEqual([]);
    const { stages } = networkLayout(['layer1.0.bn1', 'middle', 'layer1.1.bn1']);
    expect(stages).toEqual([
      { name: 'stage 1', from: 0, to: 1 },
      { name: 'stage 1', from: 2, to: 3 },
    ]);
    expect(networkLayout([])).toEqual({ rows: [], stages: [], blocks: [] });
  });

  test('jumping by stage ends at both ends', () => {
    const layout = networkLayout(fakeLayers('preact-resnet18'));
    expect(neighbouringStage(layout, 0, 1)).toBe(4);
    expect(neighbouringStage(layout, 5, 1)).toBe(8);
    expect(neighbouringStage(layout, 16, 1)).toBe(16);
    expect(neighbouringStage(layout, 6, -1)).toBe(4);
    expect(neighbouringStage(layout, 0, -1)).toBe(0);
  });
});
