import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runPaths } from '../../common/run/run-folder';
import { writeMaps } from '../common/run/explain-files';
import { extensionInWorkspace } from './extension-in-workspace';
import { editor } from './fake-vscode';

const { call, inWorkspace, item, lock, runsOf, start } = extensionInWorkspace();

describe('showing runs', () => {
  test('the only run is shown without a question; it is shown once', async () => {
    start();
    const [folder] = runsOf('small-1');
    await call('showLossCurves');
    await call('showLossCurves');
    expect(editor.offered).toEqual([]);
    expect(editor.panels.map(({ viewType, title, reveals }) => [viewType, title, reveals])).toEqual([
      ['mixprop.curves', 'Loss Curves: small-1', 1],
    ]);
    await call('showBnDivergence', [folder]);
    await call('showCamOverlays', ['small-1']);
    await call('showRobustness', await item('small-1'));
    expect(editor.panels.slice(1).map(({ title }) => title)).toEqual([
      'BN Divergence: small-1',
      'CAM Overlays: small-1',
      'Robustness: small-1',
    ]);
  });

  test('of several the person chooses; nothing is shown where they do not, or where there is none', async () => {
    start();
    await call('showLossCurves');
    expect(editor.messages).toEqual(['There are no runs in this workspace yet.']);
    runsOf('a-1', 'a-2', 'a-3');
    await call('showLossCurves');
    expect(editor.offered).toHaveLength(1);
    expect(editor.panels).toEqual([]);
    editor.picks = [['a-1', 'a-3']];
    await call('showLossCurves');
    expect(editor.panels.map(({ title }) => title)).toEqual([expect.stringMatching(/^Loss Curves: a-\d and 1 more$/)]);
  });

  test('those in training are ticked at first, else the newest', async () => {
    start();
    runsOf('a-1', 'a-2');
    await call('showLossCurves');
    const newest = editor.ticked[0];
    expect(newest).toHaveLength(1);
    const [other] = ['a-1', 'a-2'].filter((name) => name !== newest![0]);
    appendFileSync(
      runPaths(inWorkspace('runs', other!)).events,
      `${JSON.stringify({ seq: 9999, time: 99, type: 'status', state: 'running', totalSteps: 40 })}\n`,
    );
    lock(inWorkspace('runs', other!));
    await call('showLossCurves');
    expect(editor.ticked[1]).toEqual([other]);
  });

  test('a marker of the curves opens the epoch where it has the most to show', async () => {
    start();
    const [plain, explained] = runsOf('plain-1', 'explained-1');
    writeMaps(runPaths(explained!).explain, 2);
    await call('showLossCurves', [plain, explained]);
    const [curves] = editor.panels;
    for (const runKey of [plain, explained, '/elsewhere']) curves!.send({ type: 'openEpoch', runKey, epoch: 2 });
    await expect
      .poll(() =>
        editor.panels
          .map(({ title }) => title)
          .slice(1)
          .sort(),
      )
      .toEqual(['BN Divergence: plain-1', 'CAM Overlays: explained-1']);
  });

  test('a panel that the editor restores finds its runs by their folders or ids', async () => {
    start();
    const [folder] = runsOf('small-1');
    const { serializers } = editor;
    const { window } = await import('./fake-vscode');
    const panel = window.createWebviewPanel('mixprop.curves', '', { viewColumn: 1 });
    await serializers.get('mixprop.curves')!.deserializeWebviewPanel(panel, { runIds: ['small-1', 'lost'] });
    panel.send({ type: 'ready', version: 1 });
    await expect
      .poll(() => panel.posted.map(({ type, label }) => [type, label]))
      .toEqual([
        ['hydrate', undefined],
        ['unreadable', 'lost'],
      ]);
    expect(panel.posted[0]).toMatchObject({ runs: [{ header: { runKey: folder } }] });
  });
});
